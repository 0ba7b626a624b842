// Public names of the entry for MySQL and MariaDB.
export { openMysql } from './open.ts'
export type { MysqlHandle, OpenMysqlOptions } from './open.ts'
