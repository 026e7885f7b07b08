// The map and the list of decisions are for strangers: nothing may be missing from them.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const folders = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

test('every room of src is on the map', () => {
  const map = read('src/README.md')
  expect(folders('src').filter((room) => room !== 'decisions' && !map.includes(`src/${room}`))).toEqual([])
})

test('every file that the map tells to start at exists', () => {
  const rows = [...read('src/README.md').matchAll(/^\| (`.+?`(?:, `.+?`)*) \|.*\| (.+) \|$/gm)].slice(0)
  const missing = rows.flatMap(([, rooms = '', files = '']) => {
    const homes = [...rooms.matchAll(/`(.+?)`/g)].map(([, room = '']) => room)
    return [...files.matchAll(/`(.+?)`/g)]
      .map(([, file = '']) => file)
      .filter((file) => ![...homes, 'src'].some((home) => existsSync(join(root, home, file))))
  })
  expect(rows.length).toBeGreaterThan(10)
  expect(missing).toEqual([])
})

test('decisions are numbered once, and each is listed with its title', () => {
  const pages = readdirSync(join(root, 'src/decisions')).filter((name) => /^\d{4}-/.test(name))
  const numbers = pages.map((name) => name.slice(0, 4))
  const list = read('src/decisions/README.md')
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([])
  expect(pages.filter((name) => !read(`src/decisions/${name}`).startsWith(`# ${name.slice(0, 4)} `))).toEqual([])
  expect(pages.filter((name) => !list.includes(`(${name})`))).toEqual([])
})

test('every page that the README points to exists', () => {
  const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path)
  expect(links.length).toBeGreaterThan(5)
  expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
