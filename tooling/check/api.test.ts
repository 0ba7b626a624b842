// API reports: what counts as the face of a package, and a change of it.
import { expect, test } from 'vitest'
import { apiCheck } from './api.ts'
import { apiReport } from './api-report.ts'
import { describeFinding } from './finding.ts'
import { manifest, seedTree } from './seeded-tree.ts'
import { listWorkspaces, readText } from './tree.ts'

const declarations = {
  'packages/catrate/package.json': manifest('catrate', {
    bin: { catrate: './dist/cli.js' },
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './testing': { types: './dist/testing/index.d.ts', default: './dist/testing/index.js' },
    },
  }),
  'packages/catrate/dist/index.d.ts':
    "export { Limiter, open as openLimiter } from './limiter.ts';\nexport type { Rate } from './rate.ts';\nexport type { Seen } from './window.ts';\nexport type { Readable } from 'node:stream';\n",
  'packages/catrate/dist/limiter.d.ts': `import type { Rate } from './rate.ts';
import type { Window } from './window.ts';
/** Limits. */
export declare class Limiter {
    #private;
    private constructor();
    private state;
    /** How many. */
    readonly count: number;
    take(rate: Rate, window?: Window): boolean; // trailing
}
export declare function open(rate: Rate): Limiter;
export declare function open(rate: number): Limiter;
export declare const notExported = 1;
`,
  'packages/catrate/dist/rate.d.ts': 'export interface Rate {\n    readonly limit: number;\n}\n',
  'packages/catrate/dist/window.d.ts':
    'export type Window = Span;\ninterface Span {\n    readonly ms: number;\n}\nexport declare class Seen {\n    static last: Parts;\n    readonly span: Span;\n    constructor(parts: Parts);\n}\ninterface Parts {\n    readonly inner: number;\n}\n',
  'packages/catrate/dist/testing/index.d.ts':
    "export type { Rate } from '../rate.ts';\nexport declare const suite: () => void;\n",
}

function reportOf(files: Readonly<Record<string, string>>): string {
  using tree = seedTree(files)
  const [workspace] = listWorkspaces(tree.root)
  if (workspace === undefined) throw new Error('the tree has no package')
  return apiReport(tree.root, workspace)
}

test('a report holds each export of each entry, sorted, without comments and private members, and what they mention', () => {
  expect(reportOf(declarations)).toBe(`# Public names of @loopwright/catrate

Written by \`pnpm check api --update\`. A change here is a change for users: review it like code.

Commands: \`catrate\`.

## .

\`\`\`ts ignore
class Limiter {
    private constructor();
    readonly count: number;
    take(rate: Rate, window?: Window): boolean;
}

interface Rate {
    readonly limit: number;
}

export type { Readable } from 'node:stream'

// a type only
class Seen {
    readonly span: Span;
}

// exported as openLimiter
function open(rate: Rate): Limiter;
function open(rate: number): Limiter;
\`\`\`

Mentioned there, not exported:

\`\`\`ts ignore
interface Span {
    readonly ms: number;
}

type Window = Span;
\`\`\`

## ./testing

\`\`\`ts ignore
// Rate: as in .

const suite: () => void;
\`\`\`
`)
})

test('a change of the face is found with its lines, and accepted by an update; a change of comments is none', async () => {
  using tree = seedTree(declarations)
  expect((await apiCheck.run(tree.root)).map(describeFinding)).toEqual([
    'packages/catrate/api.md: is not there: pnpm check api --update',
  ])
  expect(await apiCheck.run(tree.root, { update: true })).toEqual([])
  expect(await apiCheck.run(tree.root)).toEqual([])
  tree.write({
    'packages/catrate/dist/rate.d.ts': '/** New words. */\nexport interface Rate {\n    readonly limit: number;\n}\n',
  })
  expect(await apiCheck.run(tree.root)).toEqual([])

  tree.write({
    'packages/catrate/dist/window.d.ts':
      'export type Window = Span;\ninterface Span {\n    readonly ns: bigint;\n}\nexport declare class Seen {\n    readonly span: Span;\n}\n',
  })
  const findings = (await apiCheck.run(tree.root)).map(describeFinding)
  expect(findings[0]).toBe('packages/catrate/api.md: differs from what is exported; if you mean it: pnpm check api --update')
  expect(findings).toContain('-    readonly ms: number;')
  expect(findings).toContain('+    readonly ns: bigint;')
  await apiCheck.run(tree.root, { update: true })
  expect(readText(tree.root, 'packages/catrate/api.md')).toContain('readonly ns: bigint')
})

test('an unbuilt package and an export that leads nowhere are findings, not silence', async () => {
  using tree = seedTree({ ...declarations, 'packages/catrate/dist/rate.d.ts': 'export {};\n' })
  expect((await apiCheck.run(tree.root)).map(describeFinding)).toEqual([
    expect.stringContaining('exports Rate of packages/catrate/dist/rate.d.ts, which does not export it'),
  ])
  using unbuilt = seedTree({ 'packages/catrate/package.json': manifest('catrate') })
  expect((await apiCheck.run(unbuilt.root)).map(describeFinding)).toEqual([
    'packages/catrate/api.md: packages/catrate/dist/index.d.ts is not there: build first',
  ])
})
