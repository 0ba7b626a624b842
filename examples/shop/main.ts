// Writes the shop into the file named on the command line.
import { makeShop } from './make-shop.ts'

const [path = 'shop.db'] = process.argv.slice(2)
console.log(`${path}: ${makeShop(path)} rows`)
