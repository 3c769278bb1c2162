/** Environment variables as the app hands them over: this room reads none itself. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable; set to nothing counts as not set. */
export function setting(env: Environment | undefined, name: string): string | undefined {
  const value = env?.[name]?.trim();
  return value === '' ? undefined : value;
}
