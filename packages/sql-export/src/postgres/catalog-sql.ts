// The statements that read PostgreSQL's catalog: one for each kind of fact, for all tables.

/** Tables that are neither the system's, nor ours, nor parts of another table. */
const LISTED = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND c.relname !~ '^loopwright_export_' AND has_schema_privilege(n.oid, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)`
const LISTED_TABLE = `c.relkind IN ('r', 'p') AND ${LISTED}`

/** `has_parameter_privilege` is there from PostgreSQL 15 on; a statement that names it cannot be parsed before. */
export function aboutSql(serverVersion: number): string {
  const mayStop =
    serverVersion >= 150_000
      ? "has_parameter_privilege('session_replication_role', 'SET')"
      : "current_setting('is_superuser') = 'on'"
  return `SELECT current_schema(), ${mayStop}, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`
}

export const TABLES: string = `SELECT c.oid, n.nspname, c.relname, c.relkind,
    has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
    (SELECT count(*) FROM pg_inherits h WHERE h.inhparent = c.oid), has_table_privilege(c.oid, 'UPDATE')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${LISTED} ORDER BY n.nspname, c.relname`

/** Tables with a sequence behind a column, theirs or named by a default, that this user may not read, use and set. */
export const DENIED_SEQUENCES: string = `SELECT DISTINCT n.nspname, c.relname FROM (
    SELECT d.refobjid AS oid, d.objid AS seq FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
      AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    UNION SELECT a.adrelid, d.refobjid FROM pg_attrdef a JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass
      AND d.objid = a.oid AND d.refclassid = 'pg_class'::regclass) u
  JOIN pg_class s ON s.oid = u.seq JOIN pg_class c ON c.oid = u.oid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${LISTED_TABLE} AND CASE WHEN s.relkind = 'S' THEN NOT (has_sequence_privilege(s.oid, 'SELECT')
    AND has_sequence_privilege(s.oid, 'USAGE') AND has_sequence_privilege(s.oid, 'UPDATE')) ELSE false END`

export const COLUMNS: string = `SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid, a.attnotnull, a.atthasdef,
    a.attidentity, a.attgenerated, coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = a.attcollation), true),
    pg_get_expr(d.adbin, d.adrelid), pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND ${LISTED_TABLE} ORDER BY a.attrelid, a.attnum`

/** Types of those columns, what domains among them rest on, and the elements of arrays. */
export const TYPES: string = `WITH RECURSIVE used(oid) AS (
    SELECT a.atttypid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attnum > 0 AND NOT a.attisdropped AND ${LISTED_TABLE}
    UNION SELECT CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.typelem END FROM used JOIN pg_type t ON t.oid = used.oid
      WHERE t.typtype = 'd' OR t.typcategory = 'A')
  SELECT t.oid, n.nspname, t.typname, t.typtype, t.typcategory, t.typbasetype, format_type(t.typbasetype, t.typtypmod),
    (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), t.typelem
  FROM used JOIN pg_type t ON t.oid = used.oid JOIN pg_namespace n ON n.oid = t.typnamespace`

export const CONSTRAINTS: string = `SELECT k.conrelid, k.conname, k.contype, array_to_json(k.conkey), k.confrelid, array_to_json(k.confkey), k.confmatchtype,
    k.condeferrable, k.convalidated, CASE k.contype WHEN 'c' THEN '' ELSE pg_get_constraintdef(k.oid) END, k.condeferred
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND ${LISTED_TABLE} ORDER BY k.conrelid, k.conname`

export const INDEXES: string = `SELECT i.indrelid, x.relname, i.indisunique, array_to_json(i.indkey::int2[]), i.indnkeyatts,
    i.indpred IS NOT NULL OR i.indexprs IS NOT NULL, m.amname
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
  JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indisvalid AND ${LISTED_TABLE}
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  ORDER BY i.indrelid, x.relname`

export const TRIGGERS: string = `SELECT t.tgrelid, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND ${LISTED_TABLE} ORDER BY t.tgrelid, t.tgname`
