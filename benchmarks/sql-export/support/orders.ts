// Orders with their items: 200 000 rows of three tables.
import { DatabaseSync } from 'node:sqlite'

const ORDERS = 50_000
const ITEMS_EACH = 3
export const ORDER_ROWS: number = ORDERS + ORDERS * ITEMS_EACH

export const MANY_ORDERS = {
  schema: `
    CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id), placed TEXT NOT NULL, note TEXT);
    CREATE TABLE order_item (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, what TEXT NOT NULL, price INTEGER NOT NULL, PRIMARY KEY (order_id, line)) WITHOUT ROWID;`,
  tables: [
    { table: 'customer', columns: 2 },
    { table: 'orders', columns: 4 },
    { table: 'order_item', columns: 4 },
  ],
} as const

/** Writes the file. */
export function makeOrders(path: string): void {
  const database = new DatabaseSync(path)
  database.exec(`BEGIN; ${MANY_ORDERS.schema}
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO customer SELECT i, 'user' || i || '@example.com' FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ORDERS})
      INSERT INTO orders SELECT i * 2, 1 + (i * 7919) % 1000, '2025-01-01T00:00:00Z', CASE WHEN i % 4 = 0 THEN 'note of order ' || i END FROM n;
    INSERT INTO order_item SELECT orders.id, line.value, 'product ' || (orders.id * line.value % 977), orders.id % 5000 FROM orders, json_each('[1,2,3]') AS line;
    COMMIT`)
  database.close()
}

/** Throws unless all rows are there and every reference holds. */
export function requireCopied(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const { rows, joined } = database
    .prepare(
      'SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_item) AS rows, (SELECT count(*) FROM order_item i JOIN orders o ON o.id = i.order_id JOIN customer c ON c.id = o.customer_id) AS joined',
    )
    .get() as { readonly rows: number; readonly joined: number }
  database.close()
  if (rows !== ORDER_ROWS || joined !== ORDERS * ITEMS_EACH) throw new Error(`copied ${rows} rows, ${joined} joined`)
}
