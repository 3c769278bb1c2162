import { limits } from '#contracts';
import { scanJson } from './json-scan.js';
import { placeOf } from './place.js';
import { type Format, mistaken, well } from './reading.js';

export const json: Format = {
  read: (text) => {
    const { mistake } = scanJson(text, limits.configDepthMax);
    return mistake === undefined ? well(JSON.parse(text)) : mistaken(mistake);
  },
  print: (value) => JSON.stringify(value, null, 2),
  locate: (text, pointer) => {
    const offset = scanJson(text, limits.configDepthMax).offsets.get(pointer);
    return offset === undefined ? undefined : placeOf(text, offset);
  },
};
