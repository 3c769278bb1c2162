import { Document, isNode, Scalar, visit } from 'yaml';
import { placeOf, pointerPath } from './place.js';
import { type Format, mistaken, well } from './reading.js';
import { composeYaml } from './yaml-document.js';

/** YAML 1.2, core schema, one document. */
export const yaml: Format = {
  read: (text) => {
    const composed = composeYaml(text);
    if ('mistake' in composed) return mistaken(composed.mistake);
    try {
      return well(composed.document.toJS());
    } catch {
      // The library counts how much the aliases of a small text would unfold to.
      return mistaken({ ...placeOf(text, 0), what: 'its aliases unfold to too much' });
    }
  },
  print: (value) => yamlText(value),
  locate: (text, pointer) => {
    const composed = composeYaml(text);
    if ('mistake' in composed) return undefined;
    const node = composed.document.getIn(pointerPath(pointer).map(indexOrKey), true);
    return isNode(node) && node.range ? placeOf(text, node.range[0]) : undefined;
  },
};

function indexOrKey(part: string): string | number {
  return /^(0|[1-9]\d*)$/.test(part) ? Number(part) : part;
}

/** A value as YAML. Text of nothing but white space is quoted: as a block, yaml 2.9 would lose its first blanks. */
export function yamlText(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.trim() === '') node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}
