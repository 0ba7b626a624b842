// Rows of the shop: invented by faker from a fixed seed and a fixed date, so that they are the same every time.
import { Faker, en } from '@faker-js/faker'

export type ShopValue = string | number | null
export type ShopRows = Readonly<Record<string, readonly (readonly ShopValue[])[]>>

export interface ShopSize {
  /** Integer, 1 to 100 000. Default 400. */
  readonly customers?: number | undefined
}

const REGIONS = ['North', 'South', 'East', 'West', 'Centre', 'Coast', 'Highlands', 'Islands']
const DEPARTMENTS = ['Kitchen', 'Garden', 'Office', 'Outdoor', 'Music', 'Books']
const STATUSES = ['new', 'paid', 'sent', 'returned']

/** Makes the rows of every table, by table name, in an order in which each row follows those it refers to. */
export function makeShopRows({ customers = 400 }: ShopSize = {}): ShopRows {
  if (!Number.isInteger(customers) || customers < 1 || customers > 100_000)
    throw new RangeError('customers must be an integer from 1 to 100000')
  const faker = new Faker({ locale: [en], seed: 20_240_229 })
  faker.setDefaultRefDate('2026-01-01T00:00:00.000Z')
  const pick = (n: number): number => faker.number.int({ min: 1, max: n })
  const instant = (years: number): string => faker.date.past({ years }).toISOString()
  const region = REGIONS.map((name, i) => [i + 1, name])
  const category: ShopValue[][] = DEPARTMENTS.map((name, i) => [i + 1, null, name])
  for (let id = DEPARTMENTS.length + 1; id <= 30; id++) category.push([id, pick(id - 1), faker.commerce.productAdjective()])
  const customer = Array.from({ length: customers }, (_, i): ShopValue[] => {
    const id = i + 1
    const first = faker.person.firstName()
    const last = faker.person.lastName()
    const email = `${faker.helpers.slugify(`${first}.${last}`).toLowerCase()}.${id}@${faker.internet.domainName()}`
    const profile = JSON.stringify({
      theme: faker.helpers.arrayElement(['light', 'dark']),
      birthday: instant(60).slice(0, 10),
      tags: faker.helpers.multiple(() => faker.word.adjective(), { count: 2 }),
    })
    const referredBy = i > 0 && pick(4) === 1 ? pick(i) : null
    return [
      id,
      pick(REGIONS.length),
      referredBy,
      `${first} ${last}`,
      email,
      faker.location.streetAddress(),
      faker.location.city(),
      instant(5),
      profile,
    ]
  })
  const product = Array.from({ length: 120 }, (_, i): ShopValue[] => [
    i + 1,
    pick(category.length),
    `SKU-${String(i + 1).padStart(5, '0')}`,
    faker.commerce.productName(),
    faker.number.int({ min: 199, max: 49_999 }),
  ])
  const orders: ShopValue[][] = []
  const orderItem: ShopValue[][] = []
  const payment: ShopValue[][] = []
  for (let id = 1; id <= customers * 2; id++) {
    const placed = instant(3)
    const status = faker.helpers.arrayElement(STATUSES)
    orders.push([id, pick(customers), placed, status, pick(5) === 1 ? faker.lorem.sentence() : null])
    let total = 0
    for (let line = 1; line <= pick(4); line++) {
      const [productId, , , , price] = faker.helpers.arrayElement(product)
      const quantity = pick(3)
      total += Number(price) * quantity
      orderItem.push([id, line, productId ?? null, quantity, price ?? null])
    }
    if (status !== 'new' && total > 0)
      payment.push([faker.string.uuid(), id, total, faker.date.soon({ days: 14, refDate: placed }).toISOString()])
  }
  return { region, category, customer, product, orders, order_item: orderItem, payment }
}
