// An object of 620 characters and four rules: our walker against pino with those paths, and against no rules.
import type { Logger } from '@loopwright/logiface'
import { defineWorkload } from '../harness/workload.ts'
import type { PinoInstance } from './support/subjects.ts'
import { checkLine, nullPino, timeLines, timeOwn } from './support/subjects.ts'

const RULES = ['order.payment.number', 'order.payment.cvc', 'order.customer.email', 'order.items[*].note']

function order(censor: (value: string) => string): object {
  return {
    id: 123_456,
    status: 'accepted',
    customer: {
      id: 42,
      name: 'Ada Lovelace',
      email: censor('ada@example.org'),
      address: { street: '12 St James Square', city: 'London', country: 'GB' },
    },
    payment: {
      kind: 'card',
      number: censor('4111111111111111'),
      cvc: censor('123'),
      amount: 129.95,
      currency: 'GBP',
      captured: true,
    },
    items: [
      { sku: 'AB-1234-56', title: 'Analytical notebook, ruled', count: 2, price: 14.5, note: censor('gift wrap, please') },
      { sku: 'CD-7890-12', title: 'Brass gear wheel', count: 1, price: 74.95, note: censor('fragile') },
      { sku: 'EF-3456-78', title: 'Punched cards, box of 500', count: 1, price: 26, note: censor('') },
    ],
    tags: ['express', 'gift', 'returning'],
  }
}

const OPEN = order((value) => value)
const CENSORED = order(() => '[Redacted]')
const write = (log: Logger) => (): void => log.info()?.json('order', OPEN).msg('order')

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'own writer, four rules': () => timeOwn({ redact: RULES }, write, { level: 'info', order: CENSORED, msg: 'order' }),
    'own writer, no rules': () => timeOwn({}, write, { level: 'info', order: OPEN, msg: 'order' }),
    'pino, four paths': async () => {
      const make = (instance: PinoInstance) => (): void => instance.info({ order: OPEN }, 'order')
      await checkLine(make, { level: 30, order: CENSORED, msg: 'order' }, { redact: RULES })
      return timeLines(make(nullPino({ redact: RULES })))
    },
  },
  figures: [
    { subject: 'own writer, four rules', peer: 'pino, four paths', ratio: 'cost', target: '<= 0.95' },
    { subject: 'own writer, four rules', peer: 'own writer, no rules', ratio: 'cost', target: '<= 2.0' },
  ],
})
