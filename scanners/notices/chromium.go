package notices

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// Size of a picture in pixels, and the most bytes that it may take.
const (
	shotWidth, shotHeight = 1280, 1600
	maxShot               = 2 << 20
	shotTimeout           = 30 * time.Second
)

// ErrShotTooLarge says that a picture came out larger than may be kept.
var ErrShotTooLarge = errors.New("the picture is too large")

// ChromiumConfig says how pages are rendered. Client is required: it says which hosts may be reached, as for
// everything else that is fetched.
type ChromiumConfig struct {
	Client *fetch.Client
	// PrivateCA says that Client trusts more than the public authorities. Chromium does not; before it goes
	// to an https page, Client fetches the page, and Chromium is told the key that it saw.
	PrivateCA bool
	// NoSandbox runs without Chromium's own sandbox, which needs privileges that containers often lack. Leave
	// it off where the sandbox works: the pages are foreign.
	NoSandbox bool
	Timeout   time.Duration // for one picture; 0 is 30 s
	// Dir is where profiles are made; "" is the system's directory for temporary files. Its path must be
	// short, for the browser puts a socket below it (maxDir).
	Dir string
}

// maxDir is the longest path of Dir: what 108 bytes (Linux, unix(7)) leave when the profile's name,
// Chromium's own directory and SingletonSocket are taken off.
const maxDir = 40

// Chromium is a Shooter that runs a headless Chromium for each picture, in a process group of its
// own that is killed when the picture is done or late, with a profile that is removed afterwards. See
// [ClearProfiles] for what is left when the monitor itself is killed.
// Names other than the page's own do not resolve in it, so that a page can load nothing from elsewhere.
type Chromium struct {
	path string
	c    ChromiumConfig
}

// NewChromium makes a shooter from the browser at path; "" searches PATH for chromium.
func NewChromium(path string, c ChromiumConfig) (*Chromium, error) {
	if c.Client == nil {
		return nil, errors.New("chromium: no client")
	}
	if path == "" {
		path = "chromium"
	}
	found, err := exec.LookPath(path)
	if err != nil {
		return nil, fmt.Errorf("chromium: %w", err)
	}
	if c.Timeout == 0 {
		c.Timeout = shotTimeout
	}
	if c.Dir == "" {
		c.Dir = os.TempDir()
	}
	if len(c.Dir) > maxDir {
		return nil, fmt.Errorf("chromium: the path of %s is longer than %d bytes", c.Dir, maxDir)
	}
	return &Chromium{path: found, c: c}, nil
}

// Shoot implements Shooter.
func (s *Chromium) Shoot(ctx context.Context, raw string) (png []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.Timeout)
	defer cancel()
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("shoot: %w", fetch.ErrURL)
	}
	addr, err := s.c.Client.Resolve(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("shoot: %w", err)
	}
	var key string
	if u.Scheme == "https" && s.c.PrivateCA {
		r, err := s.c.Client.Get(ctx, raw, fetch.Options{})
		if err != nil {
			return nil, fmt.Errorf("shoot: %w", err)
		}
		if r.Leaf != nil {
			sum := sha256.Sum256(r.Leaf.RawSubjectPublicKeyInfo)
			key = base64.StdEncoding.EncodeToString(sum[:])
		}
	}
	p, err := newProfile(s.c.Dir)
	if err != nil {
		return nil, fmt.Errorf("shoot: %w", err)
	}
	defer func() { err = errors.Join(err, p.remove()) }()
	file := filepath.Join(p.dir, "shot.png")
	if err := s.run(ctx, p.dir, s.args(p.dir, file, key, u, addr)); err != nil {
		return nil, fmt.Errorf("shoot: %w", err)
	}
	return readShot(file)
}

func (s *Chromium) args(dir, file, key string, u *url.URL, addr netip.Addr) []string {
	ip := addr.String()
	if addr.Is6() {
		ip = "[" + ip + "]"
	}
	// Rules apply to addresses too: what is not excluded does not resolve.
	rules := "MAP * ~NOTFOUND, EXCLUDE " + ip
	if host := u.Hostname(); host != addr.String() {
		rules = "MAP " + host + " " + ip + ", " + rules
	}
	args := []string{
		"--headless", "--screenshot=" + file, fmt.Sprintf("--window-size=%d,%d", shotWidth, shotHeight), "--hide-scrollbars",
		"--user-data-dir=" + dir, "--disk-cache-dir=" + filepath.Join(dir, "cache"), "--incognito", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
		"--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--no-pings",
		"--disable-breakpad", "--no-default-browser-check", "--disable-features=Translate,MediaRouter,OptimizationHints,DialMediaRouteProvider", "--mute-audio",
		"--deny-permission-prompts", "--no-proxy-server", "--host-resolver-rules=" + rules, "--virtual-time-budget=4000",
		fmt.Sprintf("--timeout=%d", (s.c.Timeout / 2).Milliseconds()),
	}
	if key != "" {
		args = append(args, "--ignore-certificate-errors-spki-list="+key)
	}
	if s.c.NoSandbox {
		args = append(args, "--no-sandbox")
	}
	return append(args, u.String())
}

// run starts the browser and waits for it. All of it ends with run: Chromium's many processes share a
// group, which is killed however run ends.
func (s *Chromium) run(ctx context.Context, dir string, args []string) error {
	cmd := exec.CommandContext(ctx, s.path, args...)
	kill := ownGroup(cmd)
	// Nothing of the monitor's environment, where secrets may be.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "LANG=ko_KR.UTF-8", "TZ=Asia/Seoul"}
	cmd.Cancel = kill
	cmd.WaitDelay = 2 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	_ = kill() // whoever is left; usually nobody is
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func readShot(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, errors.New("shoot: the browser left no picture")
	}
	if info.Size() > maxShot {
		return nil, fmt.Errorf("shoot: %w", ErrShotTooLarge)
	}
	png, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("shoot: %w", err)
	}
	if !bytes.HasPrefix(png, []byte("\x89PNG\r\n\x1a\n")) {
		return nil, errors.New("shoot: the browser left no picture")
	}
	return png, nil
}

// shotProblem says why there is no picture, without foreign words.
func shotProblem(err error) string {
	switch {
	case errors.Is(err, ErrShotTooLarge):
		return ErrShotTooLarge.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "not in time"
	case errors.Is(err, fetch.ErrForeign), errors.Is(err, fetch.ErrNotPublic):
		return fetch.Describe(err)
	case strings.Contains(err.Error(), "certificate"):
		return "its certificate is not trusted"
	}
	return "the browser failed"
}
