// Data sets that are made here, in words that every engine can be given: a shop, shapes of Northwind and Chinook, types, cycles.
export type CellKind =
  | 'key'
  | 'int'
  | 'decimal'
  | 'double'
  | 'bool'
  | 'text'
  | 'bytes'
  | 'uuid'
  | 'date'
  | 'ts'
  | 'tstz'
  | 'time'
  | 'json'
  | 'size'

/** `null`; a number, a truth or a text; bytes. Times and decimals are texts. */
export type SetCell = null | number | bigint | boolean | string | Uint8Array

export interface SetReference {
  readonly columns: readonly string[]
  readonly parent: string
  readonly parentColumns: readonly string[]
}

export interface SetTable {
  readonly name: string
  /** Kind by column; `?` after it: may be NULL. `key`: an integer that the engine gives. */
  readonly columns: Readonly<Record<string, CellKind | `${CellKind}?`>>
  readonly primary: readonly string[]
  readonly unique: readonly string[]
  readonly references: readonly SetReference[]
  readonly rows: readonly (readonly SetCell[])[]
}

/** A small generator, the same numbers every time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const to = (column: string, parent: string, parentColumn = 'id'): SetReference => ({
  columns: [column],
  parent,
  parentColumns: [parentColumn],
})

function table(
  name: string,
  columns: SetTable['columns'],
  rows: readonly (readonly SetCell[])[],
  { primary = ['id'], unique = [], references = [] }: Partial<Pick<SetTable, 'primary' | 'unique' | 'references'>> = {},
): SetTable {
  return { name, columns, primary, unique, references, rows }
}

function shop(): SetTable[] {
  const next = numbers(1)
  const price = (): string => `${1 + next(500)}.${String(next(100)).padStart(2, '0')}`
  const items = times(60, (i) => i).flatMap((order) =>
    times(1 + next(3), (line): readonly [number, number] => [order * 3 + 5, line + 1]),
  )
  return [
    table(
      'country',
      { code: 'text', name: 'text' },
      [
        ['de', 'Germany'],
        ['jp', '日本'],
        ['ie', "Ireland's"],
      ],
      { primary: ['code'] },
    ),
    table(
      'customer',
      { id: 'key', country_code: 'text', referred_by: 'int?', email: 'text', since: 'date' },
      times(30, (i) => [
        10 + i * 2,
        ['de', 'jp', 'ie'][next(3)] ?? 'de',
        i === 0 || next(3) === 0 ? null : 10 + next(i) * 2,
        `user${i}@shop.example`,
        `20${10 + next(15)}-0${1 + next(9)}-1${next(9)}`,
      ]),
      { unique: ['email'], references: [to('country_code', 'country', 'code'), to('referred_by', 'customer')] },
    ),
    table(
      'product',
      { id: 'key', sku: 'text', price: 'decimal' },
      times(20, (i) => [3 + i, `sku-${i}`, price()]),
      { unique: ['sku'] },
    ),
    table(
      'orders',
      { id: 'key', customer_id: 'int', placed: 'ts', note: 'text?' },
      times(60, (i) => [
        5 + i * 3,
        10 + next(30) * 2,
        `2024-0${1 + next(9)}-0${1 + next(9)} 1${next(9)}:00:00.${100_000 + next(899_999)}`,
        next(2) === 0 ? null : `note ${i}\nline two`,
      ]),
      { references: [to('customer_id', 'customer')] },
    ),
    table(
      'order_item',
      { order_id: 'int', line: 'int', product_sku: 'text', quantity: 'int', price: 'decimal' },
      items.map(([order, line]) => [order, line, `sku-${next(20)}`, 1 + next(9), price()]),
      { primary: ['order_id', 'line'], references: [to('order_id', 'orders'), to('product_sku', 'product', 'sku')] },
    ),
    table(
      'shipment',
      { id: 'key', order_id: 'int?', line: 'int?', sent: 'tstz?' },
      times(25, (i) => {
        const [order, line] = items[next(items.length)] ?? [5, 1]
        return next(5) === 0 ? [1 + i, null, line, null] : [1 + i, order, line, `2024-05-0${1 + next(9)} 0${next(9)}:30:00.5`]
      }),
      { references: [{ columns: ['order_id', 'line'], parent: 'order_item', parentColumns: ['order_id', 'line'] }] },
    ),
  ]
}

function northwind(): SetTable[] {
  const next = numbers(2)
  const names = times(15, (i) => `${'ALFKBONGCHOP'.slice(next(8), next(8) + 3).padEnd(3, 'X')}${String(i).padStart(2, '0')}`)
  return [
    table(
      'nw_category',
      { id: 'key', name: 'text', picture: 'bytes?' },
      times(8, (i) => [1 + i, `Category ${i}`, i % 3 === 0 ? null : Uint8Array.from(times(9, (b) => (b * 37 + i) % 256))]),
    ),
    table(
      'nw_supplier',
      { id: 'key', company: 'text', home_page: 'text?' },
      times(10, (i) => [1 + i, `Supplier & Söhne ${i}`, i % 2 === 0 ? null : `#http://s${i}.example#`]),
    ),
    table(
      'nw_product',
      { id: 'key', name: 'text', supplier_id: 'int?', category_id: 'int?', discontinued: 'bool' },
      times(40, (i) => [1 + i, `Product ${i}`, next(9) === 0 ? null : 1 + next(10), 1 + next(8), next(8) === 0]),
      { references: [to('supplier_id', 'nw_supplier'), to('category_id', 'nw_category')] },
    ),
    table(
      'nw_employee',
      { id: 'key', last_name: 'text', reports_to: 'int?' },
      times(9, (i) => [1 + i, `Employee ${i}`, i === 1 ? null : 1 + next(9)]),
      { references: [to('reports_to', 'nw_employee')] },
    ),
    table(
      'nw_territory',
      { code: 'text', name: 'text' },
      times(12, (i) => [`0${1581 + i}`, `Territory ${i}`]),
      { primary: ['code'] },
    ),
    table(
      'nw_employee_territory',
      { employee_id: 'int', territory_code: 'text' },
      times(24, (i) => [1 + (i % 9), `0${1581 + ((i * 5) % 12)}`]),
      {
        primary: ['employee_id', 'territory_code'],
        references: [to('employee_id', 'nw_employee'), to('territory_code', 'nw_territory', 'code')],
      },
    ),
    table(
      'nw_customer',
      { id: 'text', company: 'text' },
      names.map((id, i) => [id, `Company ${i}`]),
    ),
    table(
      'nw_order',
      { id: 'key', customer_id: 'text?', employee_id: 'int?', freight: 'decimal' },
      times(50, (i) => [10_248 + i, names[next(15)] ?? null, 1 + next(9), `${next(100)}.${10 + next(89)}`]),
      { references: [to('customer_id', 'nw_customer'), to('employee_id', 'nw_employee')] },
    ),
    table(
      'nw_order_detail',
      { order_id: 'int', product_id: 'int', discount: 'double' },
      times(50, (i) => i).flatMap((i) => [1 + (i % 40), 1 + ((i + 7) % 40)].map((product) => [10_248 + i, product, next(4) / 4])),
      { primary: ['order_id', 'product_id'], references: [to('order_id', 'nw_order'), to('product_id', 'nw_product')] },
    ),
  ]
}

/** Names with capitals, as Chinook has, and keys that count from 1. */
function chinook(): SetTable[] {
  const next = numbers(3)
  return [
    table(
      'Artist',
      { ArtistId: 'key', Name: 'text?' },
      times(20, (i) => [1 + i, `Artist ${i} AC/DC`]),
      { primary: ['ArtistId'] },
    ),
    table(
      'Album',
      { AlbumId: 'key', Title: 'text', ArtistId: 'int' },
      times(30, (i) => [1 + i, `Álbum "${i}"`, 1 + next(20)]),
      { primary: ['AlbumId'], references: [to('ArtistId', 'Artist', 'ArtistId')] },
    ),
    table(
      'Genre',
      { GenreId: 'key', Name: 'text' },
      times(5, (i) => [1 + i, `Genre ${i}`]),
      { primary: ['GenreId'] },
    ),
    table(
      'Track',
      { TrackId: 'key', Name: 'text', AlbumId: 'int?', GenreId: 'int?', UnitPrice: 'decimal' },
      times(80, (i) => [1 + i, `Track ${i}`, next(9) === 0 ? null : 1 + next(30), 1 + next(5), '0.99']),
      { primary: ['TrackId'], references: [to('AlbumId', 'Album', 'AlbumId'), to('GenreId', 'Genre', 'GenreId')] },
    ),
    table(
      'Playlist',
      { PlaylistId: 'key', Name: 'text' },
      times(4, (i) => [1 + i, `Playlist ${i}`]),
      { primary: ['PlaylistId'] },
    ),
    table(
      'PlaylistTrack',
      { PlaylistId: 'int', TrackId: 'int' },
      times(70, (i) => [1 + (i % 4), 1 + ((i * 3) % 80)]),
      {
        primary: ['PlaylistId', 'TrackId'],
        references: [to('PlaylistId', 'Playlist', 'PlaylistId'), to('TrackId', 'Track', 'TrackId')],
      },
    ),
  ]
}

const ALL_BYTES = Uint8Array.from(times(256, (i) => i))

function everyType(): SetTable[] {
  const columns = {
    id: 'key',
    tag: 'text',
    i: 'int?',
    d: 'decimal?',
    r: 'double?',
    b: 'bool?',
    t: 'text?',
    x: 'bytes?',
    u: 'uuid?',
    day: 'date?',
    at: 'ts?',
    zone: 'tstz?',
    hour: 'time?',
    doc: 'json?',
    size: 'size?',
  } as const
  return [
    table(
      'every_type',
      columns,
      [
        [
          1,
          'usual',
          42,
          '12.500000',
          0.1,
          true,
          'plain',
          ALL_BYTES,
          '123e4567-e89b-42d3-a456-426614174000',
          '2020-02-29',
          '2020-02-29 23:59:59.123456',
          '2020-02-29 23:59:59.123456',
          '23:59:59.999999',
          '{"a": [1, 2, {"b": null}], "c": "é"}',
          'large',
        ],
        [
          2,
          'greatest',
          9_223_372_036_854_775_807n,
          '99999999999999.999999',
          1.7976931348623157e308,
          true,
          'it\'s "quoted" \\ back\\slash',
          Uint8Array.of(0),
          'ffffffff-ffff-4fff-bfff-ffffffffffff',
          '9999-12-31',
          '9999-12-31 23:59:59.999999',
          '2037-12-31 23:59:59.999999',
          '00:00:00.000001',
          '[]',
          'small',
        ],
        [
          3,
          'least',
          -9_223_372_036_854_775_807n,
          '-99999999999999.999999',
          -5e-324,
          false,
          'tab\tline\nreturn\r',
          new Uint8Array(0),
          '00000000-0000-4000-8000-000000000000',
          '1000-01-01',
          '1000-01-01 00:00:00',
          '1971-01-01 00:00:00',
          '00:00:00',
          '"text"',
          'small',
        ],
        [
          4,
          'odd',
          0,
          '-0.000001',
          -2.5,
          false,
          '',
          Uint8Array.of(0xff, 0x5c, 0x0a, 0x00),
          '123e4567-e89b-42d3-a456-42661417400a',
          '1999-12-31',
          '1999-12-31 12:00:00.5',
          '1999-12-31 12:00:00.25',
          '12:00:00',
          '{"text": "\\\\N \\" 🙂"}',
          'large',
        ],
        [5, 'null', null, null, null, null, null, null, null, null, null, null, null, null, null],
        [
          6,
          'wide',
          1,
          '1.000000',
          3,
          true,
          'ünï → 漢字 🙂 \\N %_?$1:a',
          Uint8Array.of(1),
          '123e4567-e89b-42d3-a456-42661417400b',
          '2000-01-01',
          '2000-01-01 00:00:00',
          '2000-01-01 00:00:00',
          '01:02:03.4',
          '12345678901234567',
          'small',
        ],
      ],
      { unique: ['tag'] },
    ),
  ]
}

function cycles(): SetTable[] {
  const next = numbers(4)
  return [
    // a department has a head, who belongs to a department
    table(
      'department',
      { id: 'key', name: 'text', head_id: 'int?' },
      times(6, (i) => [1 + i, `Department ${i}`, i === 5 ? null : 100 + next(30)]),
      { references: [to('head_id', 'person')] },
    ),
    table(
      'person',
      { id: 'key', name: 'text', department_id: 'int', mentor_id: 'int?' },
      times(30, (i) => [100 + i, `Person ${i}`, 1 + (i % 6), i % 4 === 0 ? null : 100 + next(30)]),
      { references: [to('department_id', 'department'), to('mentor_id', 'person')] },
    ),
    // three tables in a circle, and a chain three hundred deep
    table(
      'ring_a',
      { id: 'key', b_id: 'int?' },
      times(10, (i) => [1 + i, 1 + ((i + 3) % 10)]),
      { references: [to('b_id', 'ring_b')] },
    ),
    table(
      'ring_b',
      { id: 'key', c_id: 'int' },
      times(10, (i) => [1 + i, 1 + ((i * 7) % 10)]),
      { references: [to('c_id', 'ring_c')] },
    ),
    table(
      'ring_c',
      { id: 'key', a_id: 'int?' },
      times(10, (i) => [1 + i, i === 0 ? null : 1 + ((i + 1) % 10)]),
      { references: [to('a_id', 'ring_a')] },
    ),
    table(
      'chain',
      { id: 'key', before_id: 'int?' },
      times(300, (i) => [1000 - i, i === 0 ? null : 1001 - i]),
      { references: [to('before_id', 'chain')] },
    ),
  ]
}

export const DATA_SETS: Readonly<Record<string, readonly SetTable[]>> = {
  shop: shop(),
  'Northwind-shaped': northwind(),
  'Chinook-shaped': chinook(),
  'every type': everyType(),
  'deep cycles': cycles(),
}
