// A tour of the service in this folder: upload, run, follow, reload, misbehave, stop. `serve.ts` starts it for real.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyAudit } from '@loopwright/logiface/audit'
import { openService } from './service.ts'

const folder = mkdtempSync(join(tmpdir(), 'script-service-'))
const audit = { path: join(folder, 'audit.log'), key: 'of this tour only' }
const service = await openService({ port: 0, audit, logPath: join(folder, 'service.log') })

async function ask(method: string, path: string, body?: string, id?: string): Promise<string> {
  const headers: Record<string, string> = { 'x-tenant': 'acme', ...(id === undefined ? {} : { 'x-request-id': id }) }
  const response = await fetch(`${service.url}${path}`, { method, headers, body: body ?? null })
  return `${response.status} ${(await response.text()).trim()}`
}

console.log('upload   ', await ask('PUT', '/scripts/price', 'async function main({ amount }) { return amount * 2 }'))
console.log('run      ', await ask('POST', '/scripts/price/runs', '{"amount":21}', 'r-1'))
const verbose =
  'async function main({ amount }) { console.log("got", amount); return (await platform.sha256(`${amount}`)).slice(0, 8) }'
console.log('reload   ', await ask('PUT', '/scripts/price', verbose))
console.log('run      ', await ask('POST', '/scripts/price/runs', '{"amount":21}', 'r-2'))
console.log('its lines', (await ask('GET', '/runs/r-2/log')).replaceAll('\n', ' '))
console.log('broken   ', await ask('PUT', '/scripts/broken', 'function main( {'))
await ask('PUT', '/scripts/hung', 'function main() { for (;;); }')
console.log('hung     ', (await ask('POST', '/scripts/hung/runs', undefined, 'r-3')).replace(/got [\d.]+/, 'got more'))
console.log('next     ', await ask('POST', '/scripts/price/runs', '{"amount":1}', 'r-4'))
const text = await ask('GET', '/metrics')
console.log(
  'metrics  ',
  text
    .split('\n')
    .filter((line) => line.startsWith('service_runs_total{'))
    .toSorted()
    .join(' '),
)
await service.close()
console.log('audit    ', (await verifyAudit(audit.path, { key: audit.key })).intact ? 'intact' : 'broken')
rmSync(folder, { recursive: true })
