// Tables of the shop: a self reference, a composite key, a uuid key, JSON, and a key to a table of its own kind.
export const SHOP_SCHEMA = `
CREATE TABLE region (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE category (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES category (id),
  name TEXT NOT NULL
);
CREATE TABLE customer (
  id INTEGER PRIMARY KEY,
  region_id INTEGER NOT NULL REFERENCES region (id),
  referred_by INTEGER REFERENCES customer (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  created TEXT NOT NULL,
  profile TEXT CHECK (json_valid(profile))
);
CREATE INDEX customer_referred_by ON customer (referred_by);
CREATE TABLE product (
  id INTEGER PRIMARY KEY,
  category_id INTEGER NOT NULL REFERENCES category (id),
  sku TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  price_cents INTEGER NOT NULL
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer (id),
  placed TEXT NOT NULL,
  status TEXT NOT NULL,
  note TEXT
);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE TABLE order_item (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  line INTEGER NOT NULL,
  product_id INTEGER NOT NULL REFERENCES product (id),
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL,
  PRIMARY KEY (order_id, line)
);
CREATE TABLE payment (
  id TEXT PRIMARY KEY NOT NULL,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  amount_cents INTEGER NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX payment_order_id ON payment (order_id);
`
