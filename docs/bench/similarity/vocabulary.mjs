// What the made-up tickets are about. Slashes separate ways of saying the same thing, bars separate things.
// S subjects, A what people do (verb first), F what goes wrong ("~" before its noun form), D traces that logs and people mention.
const DOMAINS = `
S login page / sign-in form / log-in screen | session cookie / login session | two-factor prompt / second factor dialog / OTP check | password policy / password rules | LDAP connector / directory login | single sign-on / SSO redirect
A reset a password / change the password | log in with an e-mail address / sign in by e-mail | enroll a phone / register a mobile device | log out everywhere / end all sessions | invite a new user / add an account | unlock an account / reactivate a blocked user
F rejects valid credentials / does not accept the correct password / says the password is wrong ~ wrong password message | redirects in a loop / keeps reloading forever / bounces between two pages ~ redirect loop | forgets who I am / logs me out after a minute / loses the session ~ lost session | locks the account at once / blocks the user after one try ~ account lockout | asks for the code twice / demands a second token ~ double code request
D AuthenticationError | session_token | SAMLResponse | bind DN | bcrypt cost | remember_me | X-Forwarded-Proto | TOTP drift | NameID | invalid_grant | KeycloakAdapter | samesite=lax
---
S full-text search / search index | search box / query field | result list / list of hits | facet sidebar / filter panel / filters on the left | autocomplete / suggestions while typing | saved search / stored query
A search for a phrase / look up an exact phrase | filter by date / narrow down by date range | sort by relevance / order hits by score | search for umlauts / look up words with accents | reindex everything / rebuild the index | page through the hits / go to the next page of results
F finds nothing / returns no results / comes back empty ~ empty result | shows deleted entries / still lists removed items ~ stale entries | ignores the second word / only considers the first term ~ ignored words | lists the same hit twice / shows duplicates ~ duplicate hits | highlights the wrong words / marks unrelated text ~ wrong highlighting
D LuceneAnalyzer | shard 3 | TooManyClauses | stopwords.txt | maxResultWindow | snippet_length | ngram tokenizer | IndexWriter | query_parser | OutOfBoundsOffset | elasticsearch 7 | trigram
---
S file upload / attachment upload | drop zone / drag and drop area | image preview / thumbnail | virus scanner / malware check | attachment list / list of files | upload progress bar / progress indicator
A upload a large file / attach a big file | attach several images / add multiple pictures | replace an attachment / overwrite an existing file | delete an attachment / remove a file | download an attachment / save a file to disk | paste a screenshot / insert a screenshot from the clipboard
F stops at 99 percent / hangs just before the end / never completes ~ stuck upload | stores an empty file / saves zero bytes ~ empty file | corrupts the picture / produces a damaged image ~ corrupt image | rotates photos sideways / shows pictures in the wrong orientation ~ wrong orientation | rejects the file type / refuses the extension / says the format is not allowed ~ refused file type
D multipart boundary | Content-Length mismatch | EXIF orientation | clamd | tmp/uploads | ENOSPC | chunk 17 | thumbnail.webp | MIME sniffing | max_upload_size | sharp | RangeError
---
S PDF export / PDF generation | CSV export / comma separated download | Excel export / spreadsheet download | print view / printable version | invoice document / invoice PDF | export queue / export job
A export a report / download a report | print an invoice / print a bill | choose the columns / select which columns to include | export all rows / dump the whole table | open the file in Excel / load the download in LibreOffice | schedule an export / plan a nightly export
F cuts off the last column / truncates the table on the right ~ truncated table | breaks special characters / garbles umlauts / shows question marks instead of accents ~ garbled characters | omits the header row / leaves out the column titles ~ missing header | repeats the first page / prints page one again and again ~ repeated page | rounds the amounts / drops the cents / loses decimals ~ rounded amounts
D wkhtmltopdf | UTF-8 BOM | page-break-inside | Helvetica fallback | semicolon delimiter | xlsx sheet1 | FontConfig | landscape A4 | SXSSFWorkbook | puppeteer 19 | invoice_template | number format
---
S notification mail / e-mail notification / mail alert | mail digest / daily summary mail | reply address / reply-to header | mailing queue / outgoing mail queue | unsubscribe link / opt-out link | inbound mail / mail gateway
A reply to a notification / answer an alert by mail | subscribe to a ticket / follow an issue | add someone to CC / put a colleague in copy | change the sender / set another from address | turn off alerts / disable notifications | forward a mail to the tracker / create an issue by mail
F sends everything twice / delivers duplicates / mails each message two times ~ duplicate mails | ends up in spam / lands in the junk folder ~ spam classification | shows raw HTML / displays the tags instead of text ~ raw markup | reaches the wrong people / goes to users who left ~ wrong recipients | arrives hours late / is delayed by half a day ~ delayed delivery
D SMTP 550 | DKIM signature | Message-ID | In-Reply-To | quoted-printable | postfix | STARTTLS | bounce handler | List-Unsubscribe | SPF softfail | imap idle | winmail.dat
---
S shopping cart / shopping basket | checkout / order form | voucher field / coupon box | credit card payment / card payment | refund dialog / reimbursement form | shipping calculator / delivery cost estimate
A pay by credit card / pay with Visa | redeem a voucher / apply a coupon code | change the quantity / edit the number of items | choose a delivery address / select where to ship | cancel an order / withdraw an order | refund a payment / give the money back
F charges twice / debits the amount two times / bills the customer double ~ double charge | computes the wrong tax / calculates VAT incorrectly ~ wrong tax | empties itself / loses all items / drops the contents ~ lost items | refuses a valid code / says the voucher is expired ~ refused voucher | shows the price in the wrong currency / displays dollars instead of euros ~ wrong currency
D StripeException | 3-D Secure | payment_intent | idempotency key | SKU | VAT MOSS | webhook signature | PayPal IPN | order_items | price rounding | BIC missing | basket_id
---
S calendar / month view | appointment dialog / event form | reminder / alarm before an event | recurring event / repeating appointment | time zone setting / zone preference | iCal feed / calendar subscription
A move an appointment / drag an event to another day | create a weekly event / repeat an appointment every week | invite attendees / add participants to a meeting | subscribe to the calendar / import the feed in Outlook | cancel one occurrence / delete a single date of a series | set an all-day event / mark a whole day
F is off by one hour / shows times an hour too early ~ one hour shift | appears on the wrong day / lands a day too soon ~ wrong day | vanishes after saving / disappears once stored ~ vanished entry | skips the last occurrence / leaves out the final date ~ missing occurrence | overlaps other entries / covers neighbouring events ~ overlapping entries
D RRULE | DTSTART | Europe/Zurich | daylight saving | VTIMEZONE | EXDATE | moment-timezone | week 53 | ISO 8601 | CalDAV | UNTIL clause | 29 February
---
S wiki editor / page editor | toolbar / formatting buttons | table of contents / outline | page history / list of revisions | link dialog / insert link window | code block / syntax highlighting
A edit a table / change a table in the text | rename a page / move a wiki page | compare two revisions / diff versions | paste from Word / insert text copied from Word | insert a link / add a hyperlink | restore an old version / revert a page
F swallows line breaks / removes empty lines ~ lost line breaks | overwrites other people's edits / loses concurrent changes ~ overwritten edits | breaks the links / leaves dead links behind ~ dead links | jumps to the top / scrolls away while typing ~ jumping cursor | strips the formatting / drops bold and italics ~ lost formatting
D contenteditable | markdown-it | edit token | diff3 | Prism | WikiStart | camelCase links | ProseMirror | table row span | autosave draft | macro expansion | InterWiki
---
S REST API / HTTP interface | webhook / callback | API token / access key | pagination of the API / paging parameters | rate limiter / request throttle | JSON schema / API documentation
A fetch a list of items / read all records | update a record by PATCH / modify an item over the API | create many records at once / post a batch | rotate a token / renew an access key | register a webhook / subscribe to callbacks | call the API from a browser / use fetch cross-origin
F answers 500 / returns an internal server error / fails with status 500 ~ error 500 | omits the next link / does not tell how many pages there are ~ missing next link | ignores unknown fields silently / accepts misspelt properties without complaint ~ silent acceptance | sends null instead of an empty list / returns null where an array is documented ~ null value | blocks after a few calls / throttles far too early / answers 429 at once ~ premature 429
D Access-Control-Allow-Origin | ETag | application/problem+json | cursor parameter | OpenAPI 3 | X-RateLimit-Remaining | HMAC | offset=1000 | gzip encoding | keep-alive | 409 Conflict | snake_case
---
S database migration / schema upgrade | backup script / nightly dump | connection pool / pool of database connections | slow query / expensive SQL statement | restore procedure / recovery from backup | replication / standby server
A upgrade the database / run the migrations | restore a dump / load a backup | delete old rows / purge historic data | add an index / create a database index | switch to the standby / fail over | vacuum the tables / compact the database
F deadlocks / blocks forever / waits for a lock that never goes away ~ deadlock | runs out of connections / exhausts the pool ~ exhausted pool | leaves half of the tables / stops in the middle without rolling back ~ partial migration | fills the disk / uses up all storage ~ full disk | violates a foreign key / fails on a constraint ~ constraint violation
D SQLITE_BUSY | pg_dump 15 | relation does not exist | max_connections | autovacuum | utf8mb4 | WAL segment | duplicate key value | ALTER TABLE | statement timeout | seq scan | pgbouncer
---
S job scheduler / cron runner | background worker / worker process | task queue / job queue | retry logic / repeated attempts | nightly cleanup / night-time housekeeping | job overview / list of running jobs
A start a job by hand / trigger a task manually | cancel a running job / abort a task | change the schedule / edit the cron line | restart the worker / bounce the background process | run two jobs in parallel / execute tasks concurrently | look at the job log / read the output of a task
F runs twice / executes the job two times ~ double run | never starts / stays in state pending / waits for ever ~ job stuck in pending | eats all memory / leaks memory / grows until it is killed ~ memory leak | swallows the error / fails silently / reports success although it failed ~ swallowed error | leaves zombie processes / does not clean up its children ~ zombie processes
D SIGKILL | redis lock | cron expression | exit code 137 | heartbeat | dead letter queue | celery beat | OOMKilled | job_id | systemd timer | lockfile | backoff
---
S dashboard / overview page | bar chart / column diagram | burndown chart / remaining work graph | widget / tile on the dashboard | chart legend / key of the diagram | statistics page / metrics page
A add a widget / put a tile on the page | change the period / select another time range | hover over a bar / point at a column | share a dashboard / send the overview to a colleague | export a chart / save the diagram as an image | group by team / aggregate per team
F shows last month's numbers / displays outdated figures / does not refresh ~ outdated figures | counts weekends / includes days off ~ counted weekends | overlaps the labels / draws the captions on top of each other ~ overlapping labels | stays empty / shows no data / remains blank ~ empty chart | uses the same colour twice / draws two series in identical colours ~ identical colours
D SVG viewBox | d3-scale | y-axis | stacked series | NaN | aggregate cache | quarter boundaries | tooltip offset | legend_position | median | canvas | moving average
---
S mobile app / phone app | push message / push notification | offline mode / working without network | swipe gesture / swiping | camera scanner / barcode reader | dark theme / dark mode
A open the app / launch the application on the phone | scan a barcode / read a QR code | synchronise after a flight / go online again | swipe a card away / dismiss an entry by swiping | switch to dark mode / enable the dark theme | rotate the phone / turn the device sideways
F drains the battery / uses too much power ~ battery drain | freezes / stops responding / hangs ~ freeze | duplicates entries / creates everything twice when syncing ~ duplicated entries | shows white text on white / is unreadable / has no contrast ~ unreadable text | closes by itself / crashes to the home screen / quits unexpectedly ~ crash
D Android 14 | iOS 17 | WKWebView | service worker | IndexedDB | Firebase token | safe-area-inset | Samsung keyboard | ANR | TestFlight | background fetch | manifest.json
---
S permission matrix / rights table | user group / team | admin panel / administration page | audit log / trail of changes | role editor / dialog for roles | guest access / anonymous access
A grant a permission / give somebody a right | remove a user from a group / take someone out of a team | delete a user / remove an account | view the audit log / see who changed what | rename a group / give a team another name | hide a project / make a project private
F shows confidential entries / reveals hidden items to everyone / leaks private data ~ leaked entries | denies access to owners / locks out the people responsible ~ denied access | keeps the old rights / does not take effect until restart ~ stale permissions | records the wrong person / logs another user name ~ wrong user in the log | ignores nested groups / does not resolve groups within groups ~ ignored groups
D TICKET_ADMIN | wildcard grant | sudo mode | 403 Forbidden | policy chain | authz file | role_id | group recursion | impersonation | project visibility | access control list | GDPR export
---
S translation / German localisation | date format / way dates are written | right-to-left layout / Arabic layout | language switch / language menu | plural forms / plural texts | number input / numeric field
A switch the language / choose another language | type a decimal comma / enter a number with a comma | translate a template / localise a page | read the page in Arabic / use a right-to-left language | enter a date / type a day | sort names with accents / order accented names
F mixes two languages / shows English texts in between ~ mixed languages | reads the month as the day / swaps day and month ~ swapped day and month | cuts long words / does not wrap compound nouns ~ cut words | mirrors the icons wrongly / points arrows in the wrong direction ~ mirrored icons | sorts accented letters last / puts umlauts after z ~ wrong sort order
D gettext | messages.po | en_US | ICU plural | fuzzy entries | NumberFormat | bidi isolate | locale cookie | Accept-Language | collation | dd.mm.yyyy | xgettext
---
S installer / setup program | Docker image / container image | configuration file / settings file | reverse proxy / proxy in front | TLS certificate / HTTPS certificate | plugin loader / extension mechanism
A install a plugin / add an extension | upgrade to the new release / update to the latest version | start the server / boot the service | renew the certificate / replace the HTTPS certificate | change the port / listen on another port | move to another server / migrate to a new host
F does not start / refuses to boot / exits immediately ~ start failure | overwrites local settings / loses my configuration ~ lost settings | generates http links / builds addresses without https ~ wrong links | reports a missing dependency / cannot find a module ~ missing dependency | needs root / insists on administrator rights ~ required root rights
D nginx | docker-compose | ModuleNotFoundError | port 8080 | systemd unit | Let's Encrypt | proxy_pass | libssl 3 | chmod 600 | EACCES | trac.ini | healthcheck
---
S message parser / packet decoder | network client / connection layer | retry timer / timeout handling | proxy setting / proxy configuration | websocket / live connection | DNS lookup / name resolution
A connect over VPN / work through the VPN | send a large message / transmit a big payload | reconnect after sleep / resume when the laptop wakes up | use IPv6 / connect over IPv6 | stream events / keep a live feed open | parse a malformed header / read a broken header
F times out / gives up after 30 seconds ~ timeout | never reconnects / stays disconnected / does not come back ~ missing reconnect | leaks sockets / leaves connections open ~ socket leak | reads past the end / overruns the buffer / accesses memory out of bounds ~ buffer overrun | drops the last packet / loses the end of the message ~ lost packet
D ECONNRESET | TCP keepalive | AAAA record | ping frame | MTU 1400 | SNI | chunked encoding | epoll | getaddrinfo | handshake failure | SOCKS5 | close code 1006
---
S task board / kanban board | backlog / list of open work | custom field / additional field | workflow rule / status rule | bulk edit / batch change | milestone page / release plan
A drag a card / move a card to another column | change many tickets at once / edit tickets in bulk | close a ticket / resolve an issue | add a custom field / define an additional field | reassign a ticket / hand a ticket over | postpone a milestone / move a release date
F puts the card back / reverts the move / jumps back to the old column ~ reverted move | loses the comment / throws away what I wrote ~ lost comment | ignores required fields / lets me save without mandatory values ~ ignored required fields | changes the wrong tickets / modifies items that were not selected ~ wrong tickets changed | shows closed tickets / keeps displaying finished work ~ finished tickets shown
D WIP limit | swimlane | transition id | resolution=fixed | mid-air collision | story points | sprint 42 | parent link | field_estimate | batch token | changetime | board filter
`;

// Where, when and with what it happens: the part that tells siblings apart.
const CONDITIONS = `in Firefox / with Firefox | in Safari / with Apple's browser | in Internet Explorer / with old IE | on Windows 11 / under Windows 11 | on macOS Sonoma / on a Mac | on a Raspberry Pi / on ARM boards | after the upgrade to 4.2 / since version 4.2 | after a restart / once the server was rebooted | behind a proxy / through a corporate proxy | without JavaScript / with scripts disabled | as anonymous user / when not logged in | as an administrator / with admin rights | with more than 1000 rows / for very many rows | with an empty list / if there are no entries | when the name contains an apostrophe / with quotes in the name | when two people do it at once / with concurrent users | at midnight / around twelve at night | on the last day of the month / at month's end | in a leap year / on 29 February | with a slow connection / over a bad line | over VPN / through the tunnel | when the disk is nearly full / with little space left | with a read-only database / if the database cannot be written | in a cluster of two nodes / with two servers | with German umlauts / if there are umlauts | with Chinese characters / for Chinese text | with emoji / if the text has emojis | with a trailing space / if there is a blank at the end | when the session has expired / after the session timed out | with the keyboard only / without a mouse | with a screen reader / using NVDA | on a small screen / on narrow displays | with zoom at 200 percent / when zoomed in | in the print dialog / while printing | after pressing the back button / when going back in the browser | with a double click / when clicking twice quickly | in a new tab / when opened in a second tab | with PostgreSQL / on a Postgres database | with MySQL / on a MariaDB database | with SQLite / on an SQLite file | under heavy load / when many people use it | for users without a mail address / if no e-mail is set | for inactive users / with disabled accounts | for tickets with attachments / if files are attached | for archived projects / in closed projects | when a plugin is enabled / with third-party extensions | with a custom template / when the template was changed | with a very long title / if the title exceeds 255 characters | with a negative number / for values below zero | with a date in the past / for dates gone by | during a backup / while the backup runs | when the clock is wrong / with a skewed system clock | in daylight saving time / after the clocks changed | with two-letter country codes / for short country codes | after a failed attempt / once it failed before | on first use / the very first time | with caching switched on / if the cache is active | with caching switched off / if the cache is disabled | when the file is locked / while another program holds the file | in the demo environment / on the demo system | on production only / only on the live system | with a self-signed certificate / if the certificate is self-signed | inside Docker / in a container | with a different time zone / in another zone | when the list is sorted / after sorting | when a filter is set / with an active filter | for subprojects / in child projects | with the high contrast theme / in high contrast mode | after deleting an entry / once something was removed | after renaming something / once it was renamed`;

/** Sentences that say nothing of the matter, as people write them. */
export const NOISE =
  `This started last week. | It worked before. | I can reproduce it every time. | It only happens sometimes. | Not sure whether this is known. | Several colleagues see the same. | Our customers complain about it. | Please have a look. | This is quite urgent for us. | Thanks for your great work! | There is nothing special in the log. | I cleared the cache, no change. | A restart helps for a while. | I could not find a workaround. | As a workaround we do it by hand. | The documentation does not mention it. | I attached a screenshot. | See also the discussion on the mailing list. | I can provide more information if needed. | Happy to test a patch. | It takes about ten seconds. | The same data works on the test system. | I tried it on two computers. | Nobody touched the configuration. | We have about 200 users. | It used to be fine in the previous release. | No error message is shown. | The message is not helpful. | Tell me if you need the database. | Might be related to the last update. | Seen by support as well. | Low priority, but annoying. | This blocks our release. | The support team asked me to file this. | Browser console is empty. | I followed the steps in the manual. | I waited for half an hour. | Only one department is affected. | We had to roll back. | It looks like a regression.`
    .split('|')
    .map((text) => text.trim());

/** Where in an application something happens: `the supplier list`, `the supplier table`. */
export const PLACE_KINDS =
  `list / table / grid | form / edit page | overview / summary page | detail page / details | wizard / assistant | settings / preferences | archive / old records | tab / tab sheet | popup / dialog window | import / data import | report / evaluation | timeline / activity stream`
    .split('|')
    .map((text) => text.split('/').map((way) => way.trim()));

const words = (text) => text.trim().split(/\s+/);
/** Names of the code and its files, as they stand in error messages: `OrderImporter.load`, `order_list.html`. */
export const NAME_PARTS = {
  things:
    words(`Order Invoice User Session Report Page Mail File Token Search Job Calendar Chart Role Locale Socket Board Filter Import
    Cache Image Ticket Comment Project Payment Voucher Address Account Group Widget Template Reminder Event Revision Query Backup
    Message Header Proxy Plugin Schema Menu Cart Digest Archive Sprint Label Customer Supplier Contract`),
  kinds:
    words(`Importer Renderer Service Controller Parser Repository Listener Adapter Validator Builder Resolver Worker Dialog Mapper
    Exporter Factory Provider Handler Formatter Loader Scheduler Iterator Converter Serializer Registry Policy Observer Client`),
  verbs: words('load save parse render init open close read write update find merge split apply run sync bind send receive map'),
  endings: words(
    'list.html edit.tpl form.js view.vue index.php detail.jsp export.xsl config.yml store.py utils.rb main.css query.sql',
  ),
};

const ways = (text) => text.split('/').map((way) => way.trim());
const things = (line) =>
  line
    .slice(2)
    .split('|')
    .map((thing) => thing.trim());

export const domains = DOMAINS.trim()
  .split('---')
  .map((block) => {
    const line = (letter) =>
      things(
        block
          .trim()
          .split('\n')
          .find((text) => text.startsWith(`${letter} `)),
      );
    return {
      subjects: line('S').map(ways),
      actions: line('A').map(ways),
      failures: line('F').map((text) => {
        const [verbs, noun] = text.split('~');
        return { verbs: ways(verbs), noun: noun.trim() };
      }),
      traces: line('D'),
    };
  });

export const conditions = CONDITIONS.split('|').map((text) => ways(text.trim()));
