// ES modules of the guest through a host loader: only what the allow list names is ever loaded.
import { isJsAdapterError, Runtime } from '@loopwright/js-adapter/goja'

const SOURCES: Readonly<Record<string, string>> = {
  'app/main.mjs': "import { greet } from './greet.mjs'; export const text = greet(await Promise.resolve('Ada'))",
  'app/greet.mjs': "import suffix from 'shared/suffix.mjs'; export const greet = (name) => `Hello, ${name}${suffix}`",
  'shared/suffix.mjs': "export default '!'",
}

using runtime = await Runtime.create({
  modules: {
    allow: [/^app\//, 'shared/suffix.mjs'],
    load: async (name) => {
      console.log('loading', name)
      return SOURCES[name]
    },
  },
})
const main = await runtime.runModule('app/main.mjs')
console.log(main.get('text'))

try {
  await runtime.runModule('node:fs')
} catch (error) {
  if (isJsAdapterError(error)) console.log(error.code)
}
runtime.set('report', (text: string) => console.log(text))
runtime.runString("import('app/' + 'late.mjs').catch((error) => report(error.code))")
