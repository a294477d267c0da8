//go:build !unix

package notices

import "os/exec"

// ownGroup returns what kills a command. There are no process groups here: its children
// end when it does.
func ownGroup(cmd *exec.Cmd) (kill func() error) {
	return func() error { return cmd.Process.Kill() }
}
