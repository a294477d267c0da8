package scanners

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charterwatch/charterwatch/internal/needs"
)

func TestMaskHidesWhatIsPersonal(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"주민등록번호 880101-1234567 입니다", "주민등록번호 ******-******* 입니다"},
		{"8801011234567", "*************"},
		{"주민번호8801011234567홍길동", "주민번호*************홍길동"},
		{"880101 1234567", "****** *******"},
		{"880101 - 1234567", "****** - *******"},
		{"88.01.01-1234567", "**.**.**-*******"},
		{"880101–1234567 880101‐1234567", "******–******* ******‐*******"},
		{"８８０１０１－１２３４５６７", "******－*******"},
		{"880101&#45;1234567", "******&#45;*******"},
		{"880101&#x2d;1234567", "******&#x2d;*******"},
		{"880101&nbsp;1234567", "******&nbsp;*******"},
		{"&#56;80101-1234567", "******-*******"},
		{"88\u200b0101-1234567", "**\u200b****-*******"},
		{"외국인 900101-5123456", "외국인 ******-*******"},
		{"010203-3123456-01", "******-*******-01"},
		{"1. 880101-1234567", "1. ******-*******"},
		{"010-1234-5678 01098765432", "***-****-**** ***********"},
		{"010-2345-6789", "***-****-****"},
		{"010.2345.6789, 010 2345 6789", "***.****.****, *** **** ****"},
		{"(010)2345-6789 / 010) 2345-6789", "(***)****-**** / ***) ****-****"},
		{"011-234-5678 019-9876-5432", "***-***-**** ***-****-****"},
		{"+82-10-2345-6789 +82 10 2345 6789 +821023456789", "+**-**-****-**** +** ** **** **** +************"},
		{"０１０-２３４５-６７８９", "***-****-****"},
		{"tel:01023456789;HP01023456789", "tel:***********;HP***********"},
		{"카드 4111-1111-1111-1111", "카드 ****-****-****-****"},
		{"4111111111111111 3782 822463 10005", "**************** **** ****** *****"},
		{"면허 11-12-123456-78", "면허 **-**-******-**"},
		{"운전면허 서울 12-123456-78", "운전면허 서울 **-******-**"},
		{"여권번호: M12345678", "여권번호: M********"},
		{"passport M123A4567", "passport M********"},
		{"계좌번호 110-123-456789 (신한은행)", "계좌번호 ***-***-****** (신한은행)"},
		{"국민은행 123456-01-123456", "국민은행 ******-**-******"},
		{"입금계좌: 12345678901234", "입금계좌: **************"},
		{"/v?r=880101%2D1234567&p=010+2345+6789", "/v?r=******%2D*******&p=***+****+****"},
		{`{"r":"880101\u002d1234567","m":"hong\u0040example.com"}`, `{"r":"******\u002d*******","m":"****\u0040example.com"}`},
		{"%38%38%30101-1234567 hong%40example.com", "******-******* ****%40example.com"},
		{"hong.gildong@example.or.kr로", "************@example.or.kr로"},
		{"a@b.kr.", "*@b.kr."},
		{`<a href="mailto:hong1@example.com">hong1&#64;example.com</a>`, `<a href="mailto:*****@example.com">*****&#64;example.com</a>`},
		{"ｈong＠example.com", "****＠example.com"},
		{"880101-1234567@example.com", "**************@example.com"},
	} {
		got, n := Mask(c.in)
		if got != c.want || n == 0 {
			t.Errorf("%q\n became %q (%d)\n want   %q", c.in, got, n, c.want)
		}
		if again, k := Mask(got); again != got || k != 0 {
			t.Errorf("%q masked again: %q (%d)", got, again, k)
		}
	}
	if _, n := Mask("880101-1234567, 010-2345-6789 그리고 a@b.kr"); n != 3 {
		t.Errorf("counted %d of 3", n)
	}
}

// harmless is what notices, pages and addresses are full of.
var harmless = []string{
	"중단일시: 2026년 11월 28일(토) 22:00 ~ 11월 29일(일) 02:00 (약 4시간)",
	"2026-11-28 22:00 ~ 2026-11-29 02:00", "2026.11.28. (토) 22:00 - 02:00", "2026. 11. 28. 22:00", "26.11.28-26.11.29",
	"2026-11-28 ~ 2026-11-29", "20261128 2200 ~ 20261129 0200", "202611282200", "20261128220000", "261128-261129", "261128 2200",
	"2017-6-9(금) 23:55 ~ 00:05, 2017-6-10(토) 00:30 ~ 01:30", "2015년2월19일(목)오후9시~2월21일(토)오전6시",
	"은행 점검: 2026-11-28 22:00", "은행 이체 중단 2026.11.28 22.00-2026.11.29 02.00", "신한은행 2026-11-28-22 점검", "계좌 조회 중단 202611282200 ~ 202611290200",
	"입금 서비스 20261128-2200 중단", "은행 공고 제2026-123456호", "계좌개설 중단: 2611282200",
	"문의 02-2003-9114", "문의: 031-123-4567, 070-1234-5678", "고객센터 1588-1234", "은행 문의 02-1234-5678", "계좌 문의 0212345678", "(02)2003-9000", "080-123-4567", "FAX 02.2003.9114",
	"법인등록번호 130111-0006246", "법인 110111-2487050", "130111-2006247", "110111-1234567", "사업자등록번호 104-81-26688", "은행 사업자 104-81-26688",
	"제2026-0123호", "ISBN 978-89-123-4567-8", "192.168.010.123", "10.0.0.1", "버전 1.2.3-4567", "1,234,567,890원", "약 1,000,000 건",
	"1764000000000", "점검 1차 2차 3차 1 2 3 4 5 6 7 8 9 10 11 12 13", "000000-0000000", "880101-1******", "991332-1234567", "880230-1234567",
	"4111-1111-1111-1112", "1234-5678-9012-3456", "M12345678", "여권 발급 2026-11-28", "logo@2x.png", "@media", "a@b", "maps/@37.5,127.0", "npm i x@1.2.3",
	"0111345678", "&#45;&amp;&nbsp;&copy; 2026", "jQuery-3.7.1.min.js?v=20261128", "rgb(255, 255, 255)", "+09:00", "T22:00:00+09:00",
	"2026-11-28T22:00:00.000+09:00", "00:00~00:30 (30분간)", "365일 24시간", "100%", "50%20", "%", "%4", `\`, `\u`, `\u00`, `C:\users\2026`, "%EC%A0%90%EA%B2%80", "&", "&#", "&#;", "&#x;", "&#99999999;", "&#45", "",
}

func TestMaskLeavesTheRestAlone(t *testing.T) {
	for _, text := range harmless {
		if got, n := Mask(text); got != text || n != 0 {
			t.Errorf("%q became %q (%d)", text, got, n)
		}
	}
	all := strings.Join(harmless, "\n"+strings.Repeat("가", nearby)+"\n")
	if got, n := Mask(all); n != 0 {
		t.Errorf("together: %d masked: %s", n, got)
	}
}

// Every date of several years, however it is written, survives next to the words that lend
// numbers a meaning.
func TestMaskLeavesDatesAlone(t *testing.T) {
	layouts := []string{
		"2006-01-02 15:04", "2006.01.02. 15:04", "2006. 1. 2. 15:04", "2006/01/02 15:04", "2006년 1월 2일 15시 04분", "20060102 1504", "200601021504", "20060102150405",
		"06.01.02 15:04", "06-01-02 15:04:05", "060102", "060102 1504", "060102-1504", "0601021504", "2006-01-02-15-04", "01/02(15:04)", "1.2 15.04",
		"2006-01-02 15 ~ 2006-01-02 18", "2006.01.02 - 2006.01.05", "060102-060105", "060102 ~ 060105",
	}
	start := time.Date(2024, 1, 1, 0, 10, 0, 0, time.UTC)
	for day := range 3 * 366 {
		at := start.AddDate(0, 0, day).Add(time.Duration(day%24) * time.Hour)
		for _, l := range layouts {
			for _, around := range []string{"점검 ", "은행 계좌 이체 입금 ", "여권 면허 서울 "} {
				text := around + at.Format(l) + " 까지"
				if got, n := Mask(text); n != 0 {
					t.Fatalf("%q became %q", text, got)
				}
			}
		}
	}
}

func TestMaskLeavesRealNoticesAlone(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "samples", "notices", "real-phrasings.jsonl"))
	if err != nil {
		needs.Lack(t, "put the sample notices beside the repository (shared/samples) to run this")
	}
	defer f.Close()
	for in := bufio.NewScanner(f); in.Scan(); {
		var s struct{ Title, Body string }
		if err := json.Unmarshal(in.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		if got, n := Mask(s.Title + "\n" + s.Body); n != 0 {
			t.Errorf("%q", got)
		}
	}
}

// BenchmarkMask shows that masking takes time linear in the length of text, whatever is repeated in
// it: bytes per second stay the same from one length to the next.
func BenchmarkMask(b *testing.B) {
	for _, unit := range []string{"1", "1 ", "1-", "&#4", "@", "a@", "a", "880101-1234567 ", "은행 123-45-1234567 ", "M1234567", "010-2345-", "１", "010-", "&nbsp;1", "1   "} {
		for _, n := range []int{30_000, 300_000} {
			b.Run(fmt.Sprintf("%s/%d", strings.TrimSpace(unit), n), func(b *testing.B) {
				text := strings.Repeat(unit, n/len(unit))
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					Mask(text)
				}
			})
		}
	}
}

func TestMaskOnTheBorderOfWhatIsReadAtOnce(t *testing.T) {
	text := strings.Repeat("1 ", maxGroups-1) + "010-2345-6789"
	if got, n := Mask(text); n != 1 || strings.Contains(got, "2345") {
		t.Errorf("%d masked: %s", n, got[len(got)-20:])
	}
}

func FuzzMask(f *testing.F) {
	for _, s := range harmless {
		f.Add(s)
	}
	f.Add("880101-1234567 010-2345-6789 a@b.kr &#45;")
	f.Fuzz(func(t *testing.T, text string) {
		got, n := Mask(text)
		if n == 0 && got != text || n > 0 && got == text {
			t.Fatalf("%d masked in %q: %q", n, text, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Fatalf("no UTF-8: %q", got)
		}
		if strings.Contains(" "+text+" ", " 880101-1234567 ") && strings.Contains(got, "880101-1234567") {
			t.Fatalf("left in %q", got)
		}
	})
}
