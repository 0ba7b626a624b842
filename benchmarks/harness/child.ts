// The measured process: loads one workload, runs one subject once, and writes one JSON line.
import { pathToFileURL } from 'node:url'
import { describeWorkload } from './describe.ts'
import type { Workload } from './workload.ts'

const [file, subjectName] = process.argv.slice(2)
if (file === undefined || subjectName === undefined) throw new TypeError('usage: child FILE SUBJECT')
const { workload } = (await import(pathToFileURL(file).href)) as { readonly workload: Workload }
if (subjectName === '--describe') {
  process.stdout.write(`${JSON.stringify(await describeWorkload(workload))}\n`)
} else {
  const subject = workload.subjects[subjectName]
  if (subject === undefined) throw new TypeError(`no subject "${subjectName}" in ${file}`)
  const value = await subject()
  if (!Number.isFinite(value)) throw new TypeError(`subject "${subjectName}" returned ${value}`)
  process.stdout.write(`${JSON.stringify({ value })}\n`)
}
// A subject may leave servers or workers behind; its figure is out, so nothing of them matters.
process.exit(0)
