// Go's own transparency-log code as a referee: reads one JSON question on stdin, answers with roots, proofs and notes as JSON.
package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Leaves [][]byte `json:"leaves"`
	// A note is signed by Seed under Name; a note of ours is opened with Verifier.
	Name     string `json:"name"`
	Seed     []byte `json:"seed"`
	Text     string `json:"text"`
	Note     string `json:"note"`
	Verifier string `json:"verifier"`
}

type answer struct {
	Roots       [][]byte            `json:"roots"`
	Inclusion   map[string][][]byte `json:"inclusion"`
	Consistency map[string][][]byte `json:"consistency"`
	Signed      string              `json:"signed"`
	VerifierKey string              `json:"verifierKey"`
	Opened      string              `json:"opened"`
	Refused     string              `json:"refused"`
}

type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = s[x]
	}
	return out, nil
}

func bytesOf(hashes []tlog.Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	var q question
	must(json.NewDecoder(os.Stdin).Decode(&q))
	a := answer{Inclusion: map[string][][]byte{}, Consistency: map[string][][]byte{}}
	var hashes store
	for n, leaf := range q.Leaves {
		more, err := tlog.StoredHashes(int64(n), leaf, hashes)
		must(err)
		hashes = append(hashes, more...)
	}
	for n := int64(0); n <= int64(len(q.Leaves)); n++ {
		root, err := tlog.TreeHash(n, hashes)
		must(err)
		a.Roots = append(a.Roots, append([]byte{}, root[:]...))
		for i := int64(0); i < n; i++ {
			proof, err := tlog.ProveRecord(n, i, hashes)
			must(err)
			a.Inclusion[fmt.Sprintf("%d/%d", i, n)] = bytesOf(proof)
		}
		for m := int64(1); m <= n; m++ {
			proof, err := tlog.ProveTree(n, m, hashes)
			must(err)
			a.Consistency[fmt.Sprintf("%d/%d", m, n)] = bytesOf(proof)
		}
	}
	if q.Name != "" {
		public := ed25519.NewKeyFromSeed(q.Seed).Public().(ed25519.PublicKey)
		vkey, err := note.NewEd25519VerifierKey(q.Name, public)
		must(err)
		a.VerifierKey = vkey
		verifier, err := note.NewVerifier(vkey)
		must(err)
		private := base64.StdEncoding.EncodeToString(append([]byte{1}, q.Seed...))
		signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", q.Name, verifier.KeyHash(), private))
		must(err)
		signed, err := note.Sign(&note.Note{Text: q.Text}, signer)
		must(err)
		a.Signed = string(signed)
	}
	if q.Note != "" {
		verifier, err := note.NewVerifier(q.Verifier)
		must(err)
		opened, err := note.Open([]byte(q.Note), note.VerifierList(verifier))
		if err != nil {
			a.Refused = err.Error()
		} else {
			a.Opened = opened.Text
		}
	}
	must(json.NewEncoder(os.Stdout).Encode(a))
}
