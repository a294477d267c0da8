// Package ledger makes evidence tamper-evident.
//
// What is worth proving (an outage, a wording of a notice, the digest of an hour of results, a
// report) becomes a leaf of a Merkle tree that only grows (RFC 6962). The tree's head, signed, is a
// [Checkpoint]; whoever keeps one can tell later whether anything before it was changed, left out or
// put in.
//
// # What a leaf says
//
// A leaf holds the kind, id and time of what happened, and a commitment to the evidence: SHA-256
// over a random salt and the evidence's canonical bytes ([Commit]). The evidence itself lies beside
// the tree. So it can be erased, with its salt, without a trace of what it said and without breaking
// the tree: what is left proves that something of this kind was there, and when.
//
// # What a proof proves
//
// A [Proof] is one leaf's place in the tree of a signed checkpoint, in the C2SP tlog-proof format. It
// checks offline against the log's public key. It proves that the evidence is what it was when the
// checkpoint was signed. It does not prove that the evidence was true, nor that a holder of the key
// has not signed two histories: for that, checkpoints are sent to others, and [Consistent] shows that
// one continues the other.
//
// # More than one leaf
//
// A [Range] is all leaves from one on, with the tree's edge before them: it proves that none
// between was left out. A [Bundle] carries a range and the evidence behind its leaves in one file
// that can be checked without anything else.
//
// # The one who signs
//
// A [Notary] signs the log's head as far as it is durable, writes the checkpoint to a file of its
// own ([Folder]) before anything is sent, and hands it to each [Recipient] until it is taken. A
// store that is behind that file was set back, and must not extend the log. The key lies in a file
// of its own ([KeyFile]).
//
// # Formats
//
//   - leaf: [Leaf.Bytes]
//   - checkpoint: C2SP tlog-checkpoint, a signed note (C2SP signed-note, Ed25519)
//   - proof: C2SP tlog-proof v1
//   - range and bundle: JSON, see docs/evidence.md
//
// The package knows kinds and bytes, and nothing of what they mean.
package ledger
