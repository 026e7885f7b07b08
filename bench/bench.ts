import type { BenchServer } from './bench-server.ts'
import type { Row } from './row.ts'

/** One question put to the product; answers one or more rows of the table. A new one is one line in benches.ts. */
export type Bench =
  | { readonly name: string; readonly needs: 'nothing'; run(): Promise<readonly Row[]> | readonly Row[] }
  | { readonly name: string; readonly needs: 'server'; run(server: BenchServer): Promise<readonly Row[]> }
