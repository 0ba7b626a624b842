// Where the text of ES modules comes from.

/** Source text of ES modules, by resolved specifier. Both members are synchronous. */
export interface ModuleSource {
  /** The name under which `specifier`, imported by `referrer`, is loaded and cached; `undefined` refuses it. */
  resolve(specifier: string, referrer: string): string | undefined
  /** The text; `undefined` when there is none. */
  load(name: string): string | undefined
}
