// Ten rules, of which none meets the four fields: what looking costs.
import type { Logger } from '@loopwright/logiface'
import { defineWorkload } from '../harness/workload.ts'
import { timeOwn } from './support/subjects.ts'

const RULES = [
  'password',
  'secret',
  'authorization',
  'cookie',
  'apiKey',
  'card.number',
  'user.*.pin',
  '**.token.value',
  /private/i,
  'ssn',
]
const EXPECTED = { level: 'info', user: 'u-12345', method: 'GET', status: 200, ok: true, msg: 'request done' }

const write = (log: Logger) => (): void => {
  log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'no rules': () => timeOwn({}, write, EXPECTED),
    'ten rules': () => timeOwn({ redact: RULES }, write, EXPECTED),
  },
  figures: [{ subject: 'ten rules', peer: 'no rules', ratio: 'cost', target: '<= 1.15' }],
})
