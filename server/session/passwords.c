/* See passwords.h. A rule and a short list of words instead of a list of passwords. The words are those that stand
 * at the front of every published statistic of passwords; single words are nobody's property, so nothing of a list
 * was copied. What is left of a password when letters are lowered, digits that stand for letters are read as these,
 * and what decorates its ends is taken away: is that one of the words, or one of them twice, it is common. So is
 * what has hardly any different characters, what walks along the alphabet, the digits or a keyboard, and one's own
 * login. */
#include "server/session/passwords.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { CORE_MOST = 64, DIFFERENT_LEAST = 5 };

/* Without repetition, as core() leaves them. */
/* clang-format off */
static const char *const words[] = {
    "password", "passwort", "passphrase", "motdepasse", "contrasena", "parola", "senha", "wachtwoord", "kennwort",
    "passw", "letmein", "letmeinnow", "welcome", "willkommen", "bienvenue", "bienvenido", "iloveyou", "loveyou",
    "iloveu", "lovely", "monkey", "dragon", "sunshine", "princess", "football", "baseball", "basketball",
    "superman", "batman", "spiderman", "pokemon", "starwars", "whatever", "trustno", "trustnoone", "shadow",
    "master", "michael", "jennifer", "jessica", "charlie", "computer", "internet", "samsung", "google", "facebook",
    "liverpool", "chelsea", "arsenal", "barcelona", "secret", "topsecret", "geheim", "supersecret", "administrator",
    "admin", "root", "toor", "superuser", "sysadmin", "changeme", "changeit", "changemenow", "default", "guest",
    "test", "testing", "tester", "testtest", "example", "freedom", "mustang", "access", "hello", "helloworld",
    "hallo", "bonjour", "summer", "winter", "spring", "autumn", "january", "february", "march", "april", "june",
    "july", "august", "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "correcthorsebatterystaple", "cocanvas", "canvas", "mypassword", "thepassword",
    "newpassword", "yourpassword", "passwordpassword", "nopassword", "company", "office", "consulting", "workshop",
    "business", "businessmodel", "butterfly", "chocolate", "cookie", "flower", "hottie", "ninja", "qwerty",
    "qwertz", "azerty", "asdf", "abc", "abcd", "aaa", "zxcvbn", "qazwsx", "qwe", "asd", "zxc", "iwantin",
    "opensesame",
};
/* clang-format on */

/* Ways along which fingers walk; also backwards. */
/* clang-format off */
static const char *const walks[] = {
    "abcdefghijklmnopqrstuvwxyzabcdefghij", "01234567890123456789012345", "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p",
    "1234567890-=qwertyuiop", "!@#$%^&*()_+", "zaq12wsxcde34rfvbgt56yhn", "q1w2e3r4t5y6u7i8o9p0",
    "147258369147258369", "159357159357", "123123123123123123", "112233445566778899", "987654321098765432109",
    "qweasdzxcqweasdzxc", "asdfasdfasdfasdf", "123qwe123qwe123qwe", "qwe123qwe123", "1234qwer1234qwer",
    "qwer1234qwer1234", "abc123abc123abc123", "a1b2c3d4e5f6g7h8i9j0", "1a2b3c4d5e6f7g8h9i0j",
};
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof *(list))

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

static char read_as_letter(char c)
{
    static const char from[] = "0134578@$!|+", to[] = "oieastbasiit";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : lower(c);
}

/* Letters only; digits and signs at the ends are decoration, between letters they may stand for one. */
static size_t core(const char *password, char out[CORE_MOST + 1])
{
    const char *begin = password, *end = password + strlen(password);
    size_t len = 0;
    while (begin < end && !isalpha((unsigned char)*begin) && !strchr("@$", *begin))
        begin++;
    while (end > begin && !isalpha((unsigned char)end[-1]))
        end--;
    for (; begin < end && len < CORE_MOST; begin++) {
        char c = read_as_letter(*begin);
        if (c >= 'a' && c <= 'z')
            out[len++] = c;
        else if ((unsigned char)c >= 0x80)
            return 0; /* letters of other alphabets: not one of our words */
    }
    out[len] = '\0';
    return begin < end ? 0 : len; /* too long to be one word */
}

/* Whether text is the word, once or several times. */
static bool made_of(const char *text, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    if (word_len == 0 || len < word_len || len % word_len != 0)
        return false;
    for (size_t at = 0; at < len; at += word_len)
        if (memcmp(text + at, word, word_len) != 0)
            return false;
    return true;
}

static bool is_common_word(const char *password)
{
    char text[CORE_MOST + 1];
    size_t len = core(password, text);
    for (size_t i = 0; len > 0 && i < COUNT(words); i++)
        if (made_of(text, len, words[i]))
            return true;
    return false;
}

static bool has_few_characters(const char *password)
{
    bool seen[256] = {false};
    unsigned n = 0;
    for (; *password; password++) {
        n += !seen[(unsigned char)*password];
        seen[(unsigned char)*password] = true;
    }
    return n < DIFFERENT_LEAST;
}

/* Whether the text stands in the walk, in either direction. */
static bool follows(const char *text, size_t len, const char *walk)
{
    size_t walk_len = strlen(walk);
    for (size_t start = 0; start < walk_len; start++) {
        size_t on = 0, back = 0;
        while (on < len && start + on < walk_len && lower(text[on]) == walk[start + on])
            on++;
        while (back < len && back <= start && lower(text[back]) == walk[start - back])
            back++;
        if (on == len || back == len)
            return true;
    }
    return false;
}

/* One walk, or two behind each other: "1234567890qwerty", "qwertyuiop123". */
static bool is_walk(const char *password)
{
    size_t len = strlen(password);
    if (len > CORE_MOST)
        return false;
    for (size_t cut = 3; cut <= len; cut++) {
        bool first = false, second = cut == len || (cut > 0 && len - cut < 3);
        for (size_t i = 0; i < COUNT(walks); i++) {
            first = first || follows(password, cut, walks[i]);
            second = second || follows(password + cut, len - cut, walks[i]);
        }
        if (first && second)
            return true;
    }
    return false;
}

/* The login, once or twice, with digits or signs around it. */
static bool is_login(const char *password, const char *login)
{
    char text[CORE_MOST + 1], name[CORE_MOST + 1];
    size_t len = core(password, text), name_len = core(login, name);
    return len > 0 && name_len > 0 && made_of(text, len, name);
}

const char *password_refusal(const char *password, const char *login)
{
    if (is_login(password, login))
        return "This password is too much like the login: take another one. Three or four words that have nothing to "
               "do "
               "with each other are good.";
    if (has_few_characters(password) || is_walk(password) || is_common_word(password))
        return "This password is among those that are tried first: take another one. Three or four words that have "
               "nothing "
               "to do with each other are good.";
    return NULL;
}
