// The sandboxes that are compared, by the name that a child process is given; each is loaded only where it is tried.
import type { Subject } from './subject.ts'

export const SUBJECTS = {
  'js-adapter ng': async () => (await import('./js-adapter.ts')).openJsAdapter('ng'),
  'js-adapter bellard': async () => (await import('./js-adapter.ts')).openJsAdapter('bellard'),
  'quickjs-emscripten ng': async () => (await import('./quickjs-emscripten.ts')).openQuickJsEmscripten('ng'),
  'quickjs-emscripten bellard': async () => (await import('./quickjs-emscripten.ts')).openQuickJsEmscripten('bellard'),
  'quickjs-wasi': async () => (await import('./quickjs-wasi.ts')).openQuickJsWasi(),
  'isolated-vm': async () => (await import('./isolated-vm.ts')).openIsolatedVm(),
} as const satisfies Readonly<Record<string, () => Promise<Subject>>>
export type SubjectName = keyof typeof SUBJECTS

export function isSubjectName(name: string): name is SubjectName {
  return Object.hasOwn(SUBJECTS, name)
}
