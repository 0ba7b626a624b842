// Finds workload files: every `.ts` file under benchmarks/ that is not the runner's own.
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export interface WorkloadFile {
  /** Path below benchmarks/ without its ending, such as `eventloop/submit-burst-1e6`. */
  readonly name: string
  readonly file: string
}

const OWN_FOLDERS = new Set(['harness', 'node_modules', '.build', 'reports', 'support'])

export function discoverWorkloads(root: string, filter: string | undefined): readonly WorkloadFile[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !OWN_FOLDERS.has(entry.name))
    .flatMap((entry) => readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.split(sep).includes('support'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ name: relative(root, file).replace(/\.ts$/, '').replaceAll(sep, '/'), file }))
    .filter(({ name }) => filter === undefined || name.includes(filter))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
