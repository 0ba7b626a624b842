// No package writes to the console by itself: only its command may.
import type { Check, Finding } from './finding.ts'
import { parseSource, walk } from './syntax.ts'
import { listFiles, readText } from './tree.ts'

export const consoleCheck: Check = {
  name: 'console',
  about: 'no package but its command uses the console',
  run: async (root) =>
    listFiles(root)
      .filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file) && !/^packages\/[^/]+\/src\/cli(\.ts$|\/)/.test(file))
      .flatMap((file) => consoleUses(file, readText(root, file))),
}

/** Uses of the host's `console` as a value; the words inside guest programs (strings) are not looked at. */
function consoleUses(file: string, text: string): readonly Finding[] {
  if (!text.includes('console')) return []
  const findings: Finding[] = []
  const source = parseSource(file, text)
  walk(source.program, (node) => {
    if (node.type !== 'MemberExpression') return
    const { object, property } = node
    const direct = object.type === 'Identifier' && object.name === 'console'
    const throughGlobal =
      object.type === 'Identifier' &&
      object.name === 'globalThis' &&
      property.type === 'Identifier' &&
      property.name === 'console'
    if (direct || throughGlobal)
      findings.push({ file, line: source.lineAt(node.start), message: 'uses the console: log through a port' })
  })
  return findings
}
