// Package notices looks at the places where an organisation tells its customers of maintenance and
// outages, and says what stands there. What a notice means is for others to decide.
//
// # Kinds
//
//	html        a notice board: a list and, for each post, a page
//	banner      pop-ups, banners and alerts on a page
//	page        a whole page, whatever its HTTP status: an outage page, a page of service hours
//	feed        RSS or Atom
//	statuspage  the API of Atlassian Statuspage: scheduled maintenances and incidents
//	ical        an iCalendar file
//
// Machine formats are the better witness: they need no guessing, and they say when.
//
// # Finding things in HTML
//
// [Select] holds CSS selectors; each that is left out is guessed. Guesses know tables, lists and
// stacks of boxes: a row is the smallest repeated element that holds a link and something
// that is written as a date. A post's identity ([scanners.Post].Key) is its address without
// session ids, page numbers and search words, or the arguments of the script that opens it. Config.KeyParam
// names the parameter that is the identity, where an address is too long-winded for that.
//
// # What is read
//
// The list on every look. A post's page is read when the post is new, when its row changed, when it
// was never read ([scanners.Known].Digest is "") and when it is followed; at most Config.Details pages a look,
// one request a second, so that the first look at a large board does not flood it. The others
// stay unread (Read false) until a later look.
//
// # What follows from a look
//
// With [scanners.BoardOK], a post that is not among the posts was not on the pages that were read. Every
// doubt takes a look out of that status: an error page with status 200, a list that has no rows any more,
// pages that repeat, a page that was cut, a page that a script would fill. A detail page
// that could not be read leaves the status alone, for the list was seen; BoardLook.Detail counts such pages.
// A followed post that is not listed is gone only if its own address says so (404, 410, or a page
// that says that there is no such post); an error there says nothing.
//
// # What is kept
//
// Nothing leaves the package before [scanners.Mask] has seen it: titles, texts, addresses, pages. A page is kept
// as UTF-8 whatever it was in. If a page holds personal data that Mask cannot mask in HTML, as digits
// split by tags, the page is not kept at all.
//
// # Example
//
//	board, err := notices.New(notices.Config{Board: "homepage/notices", Kind: notices.HTML, URL: "https://www.example.or.kr/notice/list"})
//	if err != nil {
//		return err
//	}
//	look := board.Look(ctx, known)
package notices
