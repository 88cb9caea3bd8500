// The Merkle tree against the published vectors of Certificate Transparency and against Go's sumdb/tlog.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  consistencyProof,
  createGrowingTree,
  edgeOf,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
  type ReadNodes,
  rootOf,
  type Sha256,
} from '../../core/audit/merkle.ts'
import { askTlog, tlogReferee } from '../referees/tlog/referee.ts'
import { describeWith } from '../servers/find.ts'

const sha256: Sha256 = bytes => createHash('sha256').update(bytes).digest()
const hex = (hash: Uint8Array) => Buffer.from(hash).toString('hex')
const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64')

/** A whole log with all its complete subtrees. */
function logOf(leaves: readonly Buffer[]) {
  const nodes = new Map<string, Uint8Array>()
  const tree = createGrowingTree(sha256)
  const roots = [tree.root()]
  for (const leaf of leaves) {
    for (const { level, index, hash } of tree.add(leafHash(sha256, leaf))) nodes.set(`${level}/${index}`, hash)
    roots.push(tree.root())
  }
  const read: ReadNodes = async wanted =>
    wanted.map(({ level, index }) => {
      const hash = nodes.get(`${level}/${index}`)
      if (!hash) throw new Error(`no node ${level}/${index}`)
      return hash
    })
  return { roots, read }
}

// The eight leaves and the roots of the trees of 1 to 8 of them, from the Certificate Transparency project's own tests.
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const ctLeaves = CT_LEAVES.map(leaf => Buffer.from(leaf, 'hex'))

describe('Merkle tree', () => {
  it('has the published roots of the Certificate Transparency leaves, and the hash of nothing when empty', () => {
    const { roots } = logOf(ctLeaves)
    expect(hex(roots[0] as Uint8Array)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(roots.slice(1).map(hex)).toEqual(CT_ROOTS)
  })

  it('gives the published inclusion and consistency proofs', async () => {
    const { read } = logOf(ctLeaves)
    const inclusion = async (index: number, size: number) => (await inclusionProof(sha256, index, size, read)).map(hex)
    const consistency = async (old: number, size: number) => (await consistencyProof(sha256, old, size, read)).map(hex)
    expect(await inclusion(0, 1)).toEqual([])
    expect(await inclusion(0, 8)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
    expect(await inclusion(5, 8)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
    expect(await consistency(1, 1)).toEqual([])
    expect(await consistency(2, 5)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ])
    expect(await consistency(6, 8)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })

  it('proves every leaf of every tree, and no other leaf, size, root or path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), async (size, at, flip) => {
        const leaves = Array.from({ length: size }, (_, n) => Buffer.from(`leaf ${n}`))
        const { roots, read } = logOf(leaves)
        const index = at % size
        const root = roots[size] as Uint8Array
        const leaf = leafHash(sha256, leaves[index] as Buffer)
        const proof = await inclusionProof(sha256, index, size, read)
        expect(isIncluded(sha256, { index, size, leaf, root }, proof)).toBe(true)
        expect(isIncluded(sha256, { index, size, leaf: sha256(leaf), root }, proof)).toBe(false)
        expect(isIncluded(sha256, { index: size, size, leaf, root }, proof)).toBe(false)
        expect(isIncluded(sha256, { index, size, leaf, root }, [...proof, root])).toBe(false)
        if (proof.length > 0) {
          const bent = proof.map(hash => Buffer.from(hash))
          const victim = bent[flip % bent.length] as Buffer
          victim[flip % 32] = (victim[flip % 32] as number) ^ 1
          expect(isIncluded(sha256, { index, size, leaf, root }, bent)).toBe(false)
          expect(isIncluded(sha256, { index, size, leaf, root }, proof.slice(1))).toBe(false)
        }
        expect(hex(await rootOf(sha256, size, read))).toBe(hex(root))
      }),
    )
  })

  it('shows that an older tree is the beginning of a newer one, and nothing else is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), async (size, at, flip) => {
        const { roots, read } = logOf(Array.from({ length: size }, (_, n) => Buffer.from(`leaf ${n}`)))
        const old = at % (size + 1)
        const older = { size: old, root: roots[old] as Uint8Array }
        const newer = { size, root: roots[size] as Uint8Array }
        const proof = await consistencyProof(sha256, old, size, read)
        expect(isConsistent(sha256, older, newer, proof)).toBe(true)
        expect(isConsistent(sha256, newer, older, proof)).toBe(old === size)
        expect(isConsistent(sha256, { ...older, root: sha256(older.root) }, newer, proof)).toBe(false)
        if (old > 0) expect(isConsistent(sha256, older, { ...newer, root: sha256(newer.root) }, proof)).toBe(false)
        if (proof.length > 0) {
          const bent = proof.map(hash => Buffer.from(hash))
          const victim = bent[flip % bent.length] as Buffer
          victim[flip % 32] = (victim[flip % 32] as number) ^ 1
          expect(isConsistent(sha256, older, newer, bent)).toBe(false)
        }
      }),
    )
  })

  it('goes on from its right edge alone', async () => {
    const leaves = Array.from({ length: 37 }, (_, n) => Buffer.from(`leaf ${n}`))
    const { roots, read } = logOf(leaves)
    for (let size = 0; size < 37; size++) {
      const tree = createGrowingTree(sha256, size, await read(edgeOf(0, size)))
      expect(hex(tree.root())).toBe(hex(roots[size] as Uint8Array))
      tree.add(leafHash(sha256, leaves[size] as Buffer))
      expect(hex(tree.root())).toBe(hex(roots[size + 1] as Uint8Array))
    }
  })
})

describeWith(tlogReferee, "Merkle tree beside Go's sumdb/tlog", () => {
  it('has the same roots and the same proofs for every pair up to 40 leaves', async () => {
    const leaves = Array.from({ length: 40 }, (_, n) => Buffer.from(`entry ${n * 7919}`))
    const answer = askTlog({ leaves })
    const { roots, read } = logOf(leaves)
    expect(roots.map(base64).slice(1)).toEqual(answer.roots.slice(1))
    for (const [key, proof] of Object.entries(answer.inclusion)) {
      const [index, size] = key.split('/').map(Number) as [number, number]
      expect((await inclusionProof(sha256, index, size, read)).map(base64)).toEqual(proof ?? [])
    }
    for (const [key, proof] of Object.entries(answer.consistency)) {
      const [old, size] = key.split('/').map(Number) as [number, number]
      expect((await consistencyProof(sha256, old, size, read)).map(base64)).toEqual(proof ?? [])
    }
  })
})
