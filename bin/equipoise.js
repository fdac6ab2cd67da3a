#!/usr/bin/env node
// Starts the command line: from source in a checkout (Node strips the types), from dist in an installed package.
import { existsSync } from 'node:fs'
import module from 'node:module'

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`equipoise: Node must be 24 or newer, was ${process.versions.node}; install Node 24`)
  process.exit(3)
}
module.enableCompileCache?.()
const source = new URL('../src/shell/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : new URL('../dist/shell/main.js', import.meta.url).href)
