import { describe, expect, test } from 'vitest'
import { filesUnder } from './source.ts'
import { mismatches, namedBy, rulesOf, specFile } from './spec.ts'

describe('SPEC.md and the tests', () => {
  const rules = rulesOf(specFile())
  const named = filesUnder('test', ['.test.ts', '.txt']).flatMap(namedBy)

  test('[REPO-8] every rule has a test that names it, every test names a rule that is there, and no id is used twice', () => {
    expect(rules.length).toBeGreaterThan(0)
    expect(mismatches(rules, named)).toEqual([])
  })

  test('[REPO-8] every line of the SPEC that looks like a rule is one', () => {
    const bullets = specFile()
      .text.split('\n')
      .filter((line) => /^\s*[-*] .*\[[A-Z]/.test(line))
    expect(bullets.length).toBe(rules.length)
  })

  const rule = (id: string): string => `- **[${id}]** A sentence.`
  const report = (spec: string, tests: string, path = 'test/a.test.ts'): string[] =>
    mismatches(rulesOf({ path: 'SPEC.md', text: spec }), namedBy({ path, text: tests }))

  test.each([
    [`${rule('A-1')}\n${rule('A-2')}`, "test('[A-1] x', f)\ntest(`[A-2] y`, f)", []],
    [rule('A-1'), "test.each([1])('[A-1] %s', f)", []],
    [`${rule('A-1')}\n${rule('B-2')}`, "test('[A-1] [B-2] both', f)", []],
    [rule('A-1'), "test('x', f) // '[A-1]'", ['rule A-1 must have a test']],
    [rule('A-1'), "test('not [A-1]', f)", ['rule A-1 must have a test']],
    ['', "test('[A-1] x', f)", ['must be a rule']],
    [`${rule('A-1')}\n${rule('A-1')}`, "test('[A-1] x', f)", ['rule A-1 must appear once']],
    ['text **[A-1]** in a sentence', "test('x', f)", []],
  ])('[REPO-8] %j against %j', (spec, tests, expected) => {
    const found = report(spec, tests)
    expect(found).toHaveLength(expected.length)
    for (const [index, part] of expected.entries()) expect(found[index]).toContain(part)
  })

  test('[REPO-8] the title of a transcript names rules too', () => {
    expect(report(rule('A-1'), '# [A-1] a title\n$ equipoise plan', 'test/transcripts/a.txt')).toEqual([])
    expect(report(rule('A-1'), '$ equipoise plan # [A-1]', 'test/transcripts/a.txt')).toHaveLength(1)
  })
})
