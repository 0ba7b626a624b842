// Makes a table in the words of MySQL and MariaDB from the catalog of another engine.
import type { CatalogColumn, CatalogTable } from '../structure/catalog.ts'
import { quoteList, quoteName } from './sql.ts'

/** Length of a text that is part of a key: four such columns fit into an index of InnoDB, which takes 3072 bytes. */
const KEY_LENGTH = 190

function typeOf({ kind, type }: CatalogColumn, isInKey: boolean): string {
  switch (kind) {
    case 'int64':
      return 'bigint'
    case 'uint64':
      return 'bigint unsigned'
    case 'boolean':
      return 'tinyint(1)'
    case 'decimal': {
      const [, digits = '65', scale = '30'] = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(type) ?? []
      const isKnown = /\(/.test(type)
      return `decimal(${isKnown ? Math.min(65, Number(digits)) : 65}, ${isKnown && !/,/.test(type) ? 0 : Math.min(30, Number(scale))})`
    }
    case 'double':
      return 'double'
    case 'bytes':
      return isInKey ? `varbinary(${KEY_LENGTH})` : 'longblob'
    case 'uuid':
      return 'char(36)'
    case 'date':
      return 'date'
    case 'timestamp':
    case 'timestamptz':
      return 'datetime(6)'
    case 'time':
      return 'time(6)'
    case 'json':
      return 'json'
    case 'text':
    case 'enum':
    case 'array':
    case 'other':
    case 'any':
      return isInKey ? `varchar(${KEY_LENGTH})` : 'longtext'
    default:
      throw new TypeError(`unknown kind: ${kind satisfies never}`)
  }
}

/** Statements that make the table: columns, keys, unique keys and references; texts compare by their bytes, as elsewhere. */
export function foreignTableDdl({ ref, columns, key, uniqueKeys, edges, generator }: CatalogTable): string[] {
  const given = columns.filter(({ generated }) => generated === null)
  const isThere = (names: readonly string[]): boolean => names.every((name) => given.some((column) => column.name === name))
  const keyed = new Set([...key, ...uniqueKeys.flat(), ...edges.flatMap((edge) => [...edge.columns])])
  const parts = given.map((column) => {
    const { name, kind, notNull } = column
    const isGenerated = generator !== null && key.length === 1 && key[0] === name && kind === 'int64'
    return `${quoteName(name)} ${typeOf(column, keyed.has(name))}${notNull || key.includes(name) ? ' NOT NULL' : ' NULL'}${isGenerated ? ' AUTO_INCREMENT' : ''}`
  })
  if (key.length > 0 && isThere(key)) parts.push(`PRIMARY KEY (${quoteList(key)})`)
  for (const names of uniqueKeys)
    if (isThere(names) && names.join('\0') !== key.join('\0')) parts.push(`UNIQUE KEY (${quoteList(names)})`)
  for (const { columns: from, parent, parentColumns, isUnique } of edges)
    if (isUnique && isThere(from))
      parts.push(`FOREIGN KEY (${quoteList(from)}) REFERENCES ${quoteName(parent.name)} (${quoteList(parentColumns)})`)
  return [
    `CREATE TABLE ${quoteName(ref.name)} (${parts.join(', ')}) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin`,
  ]
}
