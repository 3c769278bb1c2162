import { type Document, isMap, isPair, isScalar, isSeq, type Node } from 'yaml';
import { LineIndex, pointerTo } from '../content/place.js';
import { yaml, yamlText } from '../content/yaml.js';
import { composeYaml } from '../content/yaml-document.js';
import { Collector } from './collect.js';
import type { DocumentCodec } from './document.js';
import { collectTree, treeOf } from './tree.js';

/** Files of one YAML mapping. */
export const yamlCodec: DocumentCodec = {
  parse: (text) => {
    const collector = new Collector();
    const composed = composeYaml(text);
    const reading = yaml.read(text);
    if ('mistake' in composed) collector.mistake(composed.mistake, composed.mistake.what);
    else if (!reading.isWell) collector.mistake(reading.mistake, reading.mistake.what);
    else {
      const nodes = nodesOf(composed.document);
      const lines = new LineIndex(text);
      const tree = {
        value: reading.value,
        placeOf: (pointer: string) => lines.at(nearest(nodes, pointer)?.range?.[0] ?? 0),
        numberAt: (pointer: string) => {
          const node = nodes.get(pointer);
          const source = isScalar(node) ? node.source : undefined;
          return source !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(source)
            ? source
            : undefined;
        },
      };
      collectTree(tree, collector);
    }
    return collector.parsed();
  },

  print: (items) => ({ text: items.length === 0 ? '{}\n' : yamlText(treeOf(items)) }),
};

/** Every node that stands in the text itself, by JSON pointer. */
function nodesOf(document: Document.Parsed): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const waiting: [string, unknown][] = [['', document.contents]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [pointer, node] = next;
    nodes.set(pointer, node as Node);
    if (isMap(node)) {
      for (const pair of node.items) {
        if (isPair(pair)) waiting.push([pointerTo(pointer, String(pair.key)), pair.value ?? pair.key]);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) waiting.push([pointerTo(pointer, index), item]);
    }
  }
  return nodes;
}

/** What an alias stands for has no place of its own; its parent has. */
function nearest(nodes: ReadonlyMap<string, Node>, pointer: string): Node | undefined {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const node = nodes.get(at);
    if (node?.range) return node;
  }
  return nodes.get('');
}
