// No tracked file names a package registry or a path of somebody's machine.
import { homedir } from 'node:os'
import type { Check, Finding } from './finding.ts'
import { listFiles, readText } from './tree.ts'

const rules: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    pattern: /https?:\/\/(?:[^\s/"'`]*@)?(?:[\w-]+\.)*(?:registry|npm|artifactory|nexus|verdaccio|mirrors?)[\w-]*(?:\.[\w-]+)+/i,
    message: 'names a registry host',
  },
  { pattern: /\bregistry\.(?:[a-z0-9-]+\.)+[a-z]{2,}\b/i, message: 'names a registry host' },
  { pattern: /\btarball: *https?:/i, message: 'pins a package to a registry host' },
  { pattern: /_authToken *= *(?!\$|dummy|loopback|`|'|")\S/, message: 'carries a token' },
  { pattern: /(?<![\w.~-])\/(?:root|work|home\/[\w.-]+|Users\/[\w.-]+)\/[\w.-]/, message: 'names a path of one machine' },
  { pattern: /\b[A-Z]:\\Users\\\w/i, message: 'names a path of one machine' },
]

export const registryCheck: Check = {
  name: 'registry',
  about: 'no registry host and no path of one machine in any file',
  async run(root) {
    const local = [root, homedir()].filter((path) => path.length > 5)
    return listFiles(root).flatMap((file) => {
      const text = readText(root, file)
      return text.includes('\0') ? [] : findIn(file, text, local)
    })
  },
}

function findIn(file: string, text: string, local: readonly string[]): readonly Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const rule = rules.find(({ pattern }) => pattern.test(line))
    const path = local.find((candidate) => line.includes(`${candidate}/`))
    const message = rule?.message ?? (path === undefined ? undefined : 'names a path of this machine')
    return message === undefined ? [] : [{ file, line: index + 1, message }]
  })
}
