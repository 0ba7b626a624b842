// Finds koffi for a bundled child, which lies where no package is installed.
import { createRequire } from 'node:module'

declare const KOFFI_PATH: string

export function requireKoffi(): unknown {
  return createRequire(import.meta.url)(KOFFI_PATH)
}
