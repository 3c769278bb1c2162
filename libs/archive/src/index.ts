/** History in files. See README.md. */
export { type ArchiveWriter, readArchive, writeArchive } from './archive/archive-file.js';
export { type ExportSource, exportSlice, type Slice, type SliceOrder } from './archive/export-slice.js';
export { type Replay, replayArchive, type ReplayOptions } from './archive/replay-archive.js';
export { checkBackup } from './backup/check-backup.js';
export { type BackupOptions, createBackup } from './backup/create-backup.js';
export type { BackedUpStream, Manifest } from './backup/manifest.js';
export type { BackupPlace } from './backup/place.js';
export { type Restored, restoreBackup, type RestoreOptions } from './backup/restore-backup.js';
export type { OnProgress } from './progress.js';
