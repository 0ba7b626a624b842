// Files: each opens by saying what it is, is named for one term of the domain, and stays short enough to be read.
import { basename } from 'node:path'
import type { Check, Finding } from './finding.ts'
import { listFiles, readText } from './tree.ts'

const maxLines = 400
const drawers = /^(?:utils?|helpers?|common|misc|types)(?:\.|$)/
const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|test-d|long|config|d))*\.(?:[cm]?ts|[cm]?js)$/

export const filesCheck: Check = {
  name: 'files',
  about: `source files open with a comment, have kebab-case names of the domain and at most ${maxLines} lines`,
  run: async (root) =>
    listFiles(root)
      .filter((file) => /\.[cm]?[tj]s$/.test(file))
      .flatMap((file) => judge(file, readText(root, file))),
}

function judge(file: string, text: string): readonly Finding[] {
  const findings: Finding[] = []
  const lines = text.split('\n')
  const first = lines[0]?.startsWith('#!') === true ? 1 : 0
  const config = /(?:^|\/)(?:tsup|vitest)\.config\.ts$/.test(file)
  if (!config && !/^\/\/ \S/.test(lines[first] ?? ''))
    findings.push({ file, line: first + 1, message: 'does not open with a comment that says what it is' })
  const explained = /^\/\/ \S/.test(lines[first + 1] ?? '')
  if (lines.length - 1 > maxLines && !explained && /^packages\/[^/]+\/src\//.test(file))
    findings.push({
      file,
      message: `has ${lines.length - 1} lines, ${maxLines} at most: split it by its terms, or say below the first line why not`,
    })
  const name = basename(file)
  if (
    drawers.test(name) ||
    file
      .split('/')
      .slice(2, -1)
      .some((folder) => drawers.test(folder))
  )
    findings.push({ file, message: 'is a drawer: name it for the one thing it holds' })
  if (!kebabCase.test(name)) findings.push({ file, message: 'is not named in kebab-case' })
  if (/^packages\/[^/]+\/src\//.test(file)) {
    for (const [index, line] of lines.entries()) {
      if (/^export (?:type )?\*/.test(line))
        findings.push({ file, line: index + 1, message: 'exports *: list the names by hand' })
      if (/(?:\/\/|\*) *(?:TODO|FIXME|XXX)\b/.test(line))
        findings.push({ file, line: index + 1, message: 'leaves something undone' })
      if (/@ts-(?:ignore|nocheck)/.test(line)) findings.push({ file, line: index + 1, message: 'silences the compiler' })
    }
  }
  return findings
}
