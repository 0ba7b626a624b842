// Where keys go that have no room in memory.
import type { KeyFile } from '../structure/spilled-key-store.ts'

/** Makes private files for keys. Whoever made it closes it. */
export interface KeySpill {
  /** An empty file. @throws ExportError `ERR_EXPORT_LIMIT` if there is no room for it. */
  open(): Promise<KeyFile>
  /** Removes all files. */
  close(): void
}
