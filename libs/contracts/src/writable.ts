/** Of whoever makes a value field by field, or changes one nobody else has seen. */
export type Writable<Type> = { -readonly [Field in keyof Type]: Type[Field] };
