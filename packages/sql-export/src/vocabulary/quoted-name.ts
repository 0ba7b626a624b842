// Names in SQL: each engine has its own quote, and all double it.
import { configError } from './errors.ts'

/** Quotes a name. @throws ExportError `ERR_EXPORT_CONFIG` for an empty name or one with U+0000. */
export function quotedName(name: string, quote: '"' | '`'): string {
  if (name === '' || name.includes('\0')) throw configError('a name is empty or holds U+0000')
  return quote + name.replaceAll(quote, quote + quote) + quote
}
