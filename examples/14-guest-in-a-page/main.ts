// A guest in a browser page. `node main.ts --serve 8080` serves the page; without it, the rules that the page runs are run here.
import { parseArgs } from 'node:util'
import { Engine } from '@loopwright/js-adapter'
import { buildPage } from './build.ts'
import { openRules } from './page/rule.ts'
import { servePage } from './serve.ts'

const { values } = parseArgs({ options: { serve: { type: 'string' } } })
const files = await buildPage()
console.log(
  `the page: ${[...files.keys()]
    .filter((name) => !/^(chunk|worker-|emscripten|own-)/.test(name))
    .toSorted()
    .join(' ')}`,
)

if (values.serve === undefined) {
  await using rules = openRules(await Engine.load())
  for (const script of [
    "Promise.all(['lamp', 'desk'].map(priceOf)).then((prices) => { console.log('%o', prices); return prices[0] + prices[1] })",
    "new Promise((resolve) => setTimeout(() => resolve('after a while'), 20))",
    'for (;;);',
    "new Array(1e9).join('x')",
    'typeof document + typeof fetch',
  ]) {
    const { value, code, lines } = await rules.run(script)
    console.log(`${script}\n  ${lines.map((line) => `${line} `).join('')}-> ${value ?? code}`)
  }
} else {
  const { url } = await servePage(files, Number(values.serve))
  console.log(`open ${url}`)
}
