//go:build unix

package notices

import (
	"os/exec"
	"syscall"
)

// ownGroup has a command run in a process group of its own, and returns what kills all of it.
func ownGroup(cmd *exec.Cmd) (kill func() error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
