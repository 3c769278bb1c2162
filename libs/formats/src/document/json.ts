import { limits } from '#contracts';
import { scanJson } from '../content/json-scan.js';
import { LineIndex } from '../content/place.js';
import { Collector } from './collect.js';
import type { DocumentCodec } from './document.js';
import { collectTree, treeOf } from './tree.js';

const NUMBER = /-?\d[\d.eE+-]*/y;

/** Files of one JSON object. */
export const jsonCodec: DocumentCodec = {
  parse: (text) => {
    const collector = new Collector();
    const { offsets, mistake } = scanJson(text, limits.configDepthMax);
    if (mistake === undefined) {
      const lines = new LineIndex(text);
      const offsetOf = (pointer: string): number => offsets.get(pointer) ?? 0;
      const tree = {
        value: JSON.parse(text) as unknown,
        placeOf: (pointer: string) => lines.at(offsetOf(pointer)),
        numberAt: (pointer: string) => {
          NUMBER.lastIndex = offsetOf(pointer);
          return NUMBER.exec(text)?.[0];
        },
      };
      collectTree(tree, collector);
    } else collector.mistake(mistake, mistake.what);
    return collector.parsed();
  },

  print: (items) => ({ text: `${JSON.stringify(treeOf(items), null, 2)}\n` }),
};
