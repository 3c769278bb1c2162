import type { ContentType } from '#contracts';
import { LineIndex } from '../content/place.js';
import { printProperties, readPropertyLines } from '../content/properties.js';
import { announcedType, Collector } from './collect.js';
import type { DocumentCodec } from './document.js';

/** Files of Java properties, in UTF-8. */
export const propertiesCodec: DocumentCodec = {
  parse: (text) => {
    const collector = new Collector();
    const read = readPropertyLines(text);
    if ('mistake' in read) {
      collector.mistake(read.mistake, read.mistake.what);
      return collector.parsed();
    }
    const lines = new LineIndex(text);
    let announced: ContentType | undefined;
    for (const line of read.lines) {
      const place = lines.at(line.offset);
      if ('comment' in line) announced = announcedType(collector, line.comment, place) ?? announced;
      else {
        collector.add(place, line.key, line.value, announced);
        announced = undefined;
      }
    }
    return collector.parsed();
  },

  print: (items) => ({
    text: printProperties(
      items.flatMap(({ key, contentType, value }): (string | [string, string])[] =>
        contentType === 'text' ? [[key, value]] : [`# @type ${contentType}`, [key, value]],
      ),
    ),
  }),
};
