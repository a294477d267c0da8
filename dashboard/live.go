package dashboard

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	writeWait = 10 * time.Second
	pongWait  = 60 * time.Second
	pingEvery = pongWait * 9 / 10
	readLimit = 512 // bytes: clients have nothing to say
)

// client is one reader of the live feed.
type client struct {
	out  chan []byte
	gone chan struct{}
	once sync.Once
}

// drop lets the client go; it may come back and resume.
func (c *client) drop() { c.once.Do(func() { close(c.gone) }) }

func (h *Hub) dropAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		c.drop()
	}
}

// ServeHTTP is the live feed.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{HandshakeTimeout: writeWait, EnableCompression: true} // its default origin check stays
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	c := &client{out: make(chan []byte, clientLag), gone: make(chan struct{})}
	first, err := h.join(c, r.URL.Query().Get("epoch"), r.URL.Query().Get("seq"))
	if err != nil {
		deadline := time.Now().Add(writeWait)
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseTryAgainLater, err.Error()), deadline)
		return
	}
	defer h.leave(c)
	go c.listen(conn)
	c.write(conn, first)
}

// join adds the client and returns what it must be told first: hello and, unless it can
// resume, the whole wall.
func (h *Hub) join(c *client, epoch, seq string) ([][]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.model == nil {
		return nil, errNotReady
	}
	hello, err := json.Marshal(Message{Type: "hello", Epoch: h.epoch, Seq: h.seq, Now: millis(h.cfg.Source.Now()), BeatMS: beatEvery.Milliseconds()})
	if err != nil {
		return nil, err
	}
	first := [][]byte{hello}
	n, err := strconv.ParseUint(seq, 10, 64)
	oldest := h.seq - uint64(len(h.ring))
	switch {
	case err == nil && epoch == h.epoch && n >= oldest && n <= h.seq:
		first = append(first, h.ring[n-oldest:]...)
	default:
		wall, err := h.wallNow() // under the same lock as hello and the registration: nothing can come between
		if err != nil {
			return nil, err
		}
		first = append(first, wall)
	}
	h.clients[c] = true
	return first, nil
}

func (h *Hub) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
}

// listen notices that the client has gone.
func (c *client) listen(conn *websocket.Conn) {
	defer c.drop()
	conn.SetReadLimit(readLimit)
	_ = conn.SetReadDeadline(time.Now().Add(pongWait))
	conn.SetPongHandler(func(string) error { return conn.SetReadDeadline(time.Now().Add(pongWait)) })
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// write passes messages on until the client is gone.
func (c *client) write(conn *websocket.Conn, first [][]byte) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	send := func(kind int, b []byte) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(writeWait))
		return conn.WriteMessage(kind, b) == nil
	}
	for _, b := range first {
		if !send(websocket.TextMessage, b) {
			return
		}
	}
	for {
		select {
		case b := <-c.out:
			if !send(websocket.TextMessage, b) {
				return
			}
		case <-ping.C:
			if !send(websocket.PingMessage, nil) {
				return
			}
		case <-c.gone:
			send(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseTryAgainLater, "resume"))
			return
		}
	}
}
