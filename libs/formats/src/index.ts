export {
  contentMistake,
  contentTypeOf,
  locateContent,
  printContent,
  readContent,
} from './content/content.js';
export { type Mistake, mistakeText, type Place } from './content/place.js';
export type { Reading } from './content/reading.js';
export { importError, parseDocument, printDocument } from './document/codecs.js';
export {
  type Content,
  type DocumentEntry,
  type DocumentFormat,
  documentFormats,
  type KeyedContent,
} from './document/document.js';
export { planImport, type PlannedChange, type PlannedKind, type PlanOptions } from './plan.js';
