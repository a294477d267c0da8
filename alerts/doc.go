// Package alerts tells people of alerts, and keeps the proof that they were told.
//
// # The road of an alert
//
// The engine commits an alert with its cause; from that transaction on it is owed. A
// [Service] reads what is owed from its [Outbox] when it starts, and is handed every new
// version by [Service.Publish], which never blocks. One loop hands alerts on: what has changed
// at once, and all of it every minute. It ends an alert that is over, sends that for a quarter
// of an hour, and settles it in the outbox then. Nothing is lost in a crash: whoever was not
// told yet is told after the restart.
//
// Alerts go to the Alertmanager inside, to every member of a cluster of the user's own, or to
// both. Content says what they say; see [Content] and templates.go.
//
// # The Alertmanager inside
//
// Routes, grouping, inhibition, silences, time intervals and receivers are Alertmanager
// v0.34.2's own packages, put together in embedded.go and pipeline.go alone: their signatures
// change between versions. The user's alertmanager.yml is read unchanged ([LoadRouting]). Its
// API answers below /alertmanager/ ([Service.ServeAs]), so that amtool works.
//
// An alert's startsAt is when it was raised and its endsAt four minutes ahead of each minute's
// pass, as with Prometheus: group_wait counts from the raising. Since when the site is down is
// in what the alert says. The Alertmanager inside is told of an end once, a cluster for a
// quarter of an hour.
//
// What it must not forget is State: the notification log (who was told of what), which is
// durable before the next notification of the group, and silences. Both are saved as a whole;
// a burst of deliveries shares a few writes. A kill between a receiver's answer and the log
// delivers again: at least once is all that a webhook or a mail can have. What cannot be read
// at the start is set aside under another name, and begins anew.
//
// [Service.Reload] makes everything that can fail first: it takes effect as a whole or not at
// all. Deliveries under way get two seconds to end.
//
// Each channel of a receiver delivers to at most 16 groups at once, and one that hangs beyond
// its deadline is left behind: a slow receiver delays itself alone.
//
// # Holds
//
// A hold stands in front of each channel. An alert is not told anew, and not repeated, while
//
//   - somebody has acknowledged it;
//   - announced work explains it ([compliance.Alert].Held);
//   - of an escalation's receiver: quiet hours hold, or the channel's person is not on call.
//
// A channel that knows of an alert is told of its end all the same; one that does not never
// hears of it. What is still there when a hold ends goes out with the group's next flush. A
// cluster outside has silences of its own: it is spared announced work, unless it knows the
// alert already, and told of the rest.
//
// # People on call
//
// A receiver of alertmanager.yml without channels, whose name an escalation bears, leads to
// the people of its first step: to all channels of whoever is on call, in their language.
// That step is Alertmanager's: it groups, repeats and tries again. When the turn changes while
// an alert stands, whoever comes on call is told of it.
//
// Later steps are the escalator's, for our own alerts that nobody has answered, that nothing
// mutes, and whose severity escalates. A step is due so long after its alert was raised, but
// leaves whoever was told late half of the time to answer, and all of it after a hold or a
// standstill. Alerts whose step is due within 30 seconds share a message. Each person has a
// queue and a courier: nobody waits for another. A message that is not delivered within two
// minutes, a person without a channel, or nobody on call lead to the next step at once, and
// say so in the log, in metrics and in a receipt. With Repeat the steps begin anew, the
// longest pause between two of them (15 minutes for a single one) after the last; receipts
// count them on. Those whom later steps told hear that it is over once all is that their
// message told of.
//
// Which steps were taken is read from receipts after a restart, so that none is skipped or
// taken twice. Alerts that were raised more than 30 days ago escalate no further then.
//
// # Receipts
//
// Each delivery leaves a [compliance.Receipt]: at once when a receiver took it or refused it
// for good; while it fails, at the first failure and every five minutes. A cluster's members
// have one for each alert that stands and one for its end. The store's trouble holds up no
// delivery: receipts wait, ten thousand of them at most. A problem is told in words of our
// own: errors hold addresses and credentials, and are kept nowhere. Alerts that others post to
// the API are named am: and their fingerprint.
//
// [Service.Failing] are channels that have taken nothing for 15 minutes, for the alert about
// it.
//
// # When the store fails
//
// An outage that the store does not take goes out at once, marked uncommitted. The committed
// alert with the same labels takes over; without one it ends two minutes after the store works
// again.
//
// # The watchman's own pulse
//
// The Watchdog alert always stands; a receiver outside notices when it stops. The heartbeat
// address is called every minute while the monitor is healthy and the loop goes round.
package alerts
