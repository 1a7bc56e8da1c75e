#include "bridge/printer/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/id.h"
#include "base/text.h"

enum { KEY_BYTES = 32, NONCE = 12, TAG = 16, PACKED_MAX = NONCE + SECRET_PLAIN_MAX + TAG };
enum { KEY_TEXT = 2 * KEY_BYTES + 1 }; /* hex and a line end */

static const char version[] = "v1:";

struct secret {
    uint8_t key[KEY_BYTES];
};

/* ---- the key file ---- */

static enum err io_fail(struct why *why, const char *path)
{
    return why_fail(why, ERR_IO, "secret_key_io", "", "%.200s: %s", path, strerror(errno));
}

static enum err write_key(const char *path, struct why *why)
{
    uint8_t key[KEY_BYTES];
    char text[KEY_TEXT + 1];
    auto_fd fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_fail(why, path);
    id_random(key, sizeof key);
    text_hex(text, key, sizeof key);
    text[KEY_TEXT - 1] = '\n';
    bool ok = write(fd, text, KEY_TEXT) == KEY_TEXT && fsync(fd) == 0;
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(text, sizeof text);
    return ok ? OK : io_fail(why, path);
}

/* Complete before it gets its name, and never over a key that another process made meanwhile. */
static enum err make_key(const char *dir, const char *path, struct why *why)
{
    char fresh[4096];
    snprintf(fresh, sizeof fresh, "%s/secret.key.%ld", dir, (long)getpid());
    unlink(fresh);
    enum err e = write_key(fresh, why);
    if (!e && link(fresh, path) != 0 && errno != EEXIST)
        e = io_fail(why, path);
    unlink(fresh);
    auto_fd dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!e && (dir_fd < 0 || fsync(dir_fd) != 0))
        e = io_fail(why, dir);
    return e;
}

static enum err check_mode(int fd, const char *path, struct why *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_fail(why, path);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077))
        return why_fail(why, ERR_DENIED, "secret_key_mode", "",
                        "%.200s can be read by others: chmod 600 it, and consider the access codes "
                        "known to them",
                        path);
    return OK;
}

static enum err read_key(int fd, const char *path, struct secret *secret, struct why *why)
{
    char text[KEY_TEXT + 1] = {0};
    size_t len = 0;
    enum err e = check_mode(fd, path, why);
    if (e)
        return e;
    ssize_t got = read(fd, text, sizeof text);
    text[KEY_TEXT - 1] = 0;
    bool ok = got == KEY_TEXT && text_unhex(secret->key, KEY_BYTES, text, &len) && len == KEY_BYTES;
    OPENSSL_cleanse(text, sizeof text);
    if (!ok)
        return why_fail(why, ERR_CORRUPT, "secret_key_broken", "",
                        "%.200s is no key: restore it, or remove it and enter the access codes "
                        "anew",
                        path);
    return OK;
}

static enum err load_key(const char *dir, struct secret *secret, struct why *why)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/secret.key", dir);
    if (len < 0 || (size_t)len + 32 > sizeof path)
        return why_fail(why, ERR_TOO_BIG, "path_too_long", "", "the state directory's path");
    auto_fd fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        enum err e = make_key(dir, path, why);
        if (e)
            return e;
        fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    }
    return fd < 0 ? io_fail(why, path) : read_key(fd, path, secret, why);
}

enum err secret_open(const char *state_dir, struct secret **ret_secret, struct why *why)
{
    struct secret *secret = calloc(1, sizeof *secret);
    if (!secret)
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    enum err e = load_key(state_dir, secret, why);
    if (e) {
        secret_close(secret);
        return e;
    }
    *ret_secret = secret;
    return OK;
}

void secret_close(struct secret *secret)
{
    if (!secret)
        return;
    OPENSSL_cleanse(secret, sizeof *secret);
    free(secret);
}

/* ---- sealing ---- */

static void cipher_free(EVP_CIPHER_CTX **at)
{
    EVP_CIPHER_CTX_free(*at);
}

#define auto_cipher __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX

/* ${packed}: nonce, then ${len} bytes, then the tag. */
static bool encrypt(const struct secret *secret, const char *serial, const char *plain, size_t len,
                    uint8_t *packed)
{
    int part = 0;
    uint8_t *body = packed + NONCE;
    auto_cipher *c = EVP_CIPHER_CTX_new();
    id_random(packed, NONCE);
    return c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, secret->key, packed) == 1 &&
           EVP_EncryptUpdate(c, NULL, &part, (const uint8_t *)serial, (int)strlen(serial)) == 1 &&
           EVP_EncryptUpdate(c, body, &part, (const uint8_t *)plain, (int)len) == 1 &&
           EVP_EncryptFinal_ex(c, body + len, &part) == 1 &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, body + len) == 1;
}

static bool decrypt(const struct secret *secret, const char *serial, uint8_t *packed, size_t len,
                    uint8_t *plain)
{
    int part = 0;
    uint8_t *body = packed + NONCE;
    auto_cipher *c = EVP_CIPHER_CTX_new();
    return c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, secret->key, packed) == 1 &&
           EVP_DecryptUpdate(c, NULL, &part, (const uint8_t *)serial, (int)strlen(serial)) == 1 &&
           EVP_DecryptUpdate(c, plain, &part, body, (int)len) == 1 &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, body + len) == 1 &&
           EVP_DecryptFinal_ex(c, plain + len, &part) == 1;
}

enum err secret_seal(const struct secret *secret, const char *serial, const char *plain,
                     char ret_sealed[SECRET_SEALED_SIZE], struct why *why)
{
    uint8_t packed[PACKED_MAX];
    size_t len = strlen(plain);
    if (len > SECRET_PLAIN_MAX)
        return why_fail(why, ERR_TOO_BIG, "secret_too_long", "", "longer than %d bytes",
                        SECRET_PLAIN_MAX);
    if (!encrypt(secret, serial, plain, len, packed))
        return why_fail(why, ERR_NOMEM, "secret_cipher", "", "the secret cannot be encrypted");
    memcpy(ret_sealed, version, sizeof version - 1);
    EVP_EncodeBlock((uint8_t *)ret_sealed + sizeof version - 1, packed, (int)(NONCE + len + TAG));
    return OK;
}

/* Bytes behind ${sealed}; 0 where it is no text of ours. */
static size_t unpack(const char *sealed, uint8_t packed[SECRET_SEALED_SIZE])
{
    size_t len = strlen(sealed);
    if (len >= SECRET_SEALED_SIZE || !text_starts(sealed, version))
        return 0;
    const char *text = sealed + sizeof version - 1;
    len -= sizeof version - 1;
    int got = EVP_DecodeBlock(packed, (const uint8_t *)text, (int)len);
    if (got <= 0 || len % 4 != 0)
        return 0;
    size_t padding = (size_t)(text[len - 1] == '=') + (size_t)(text[len - 2] == '=');
    return (size_t)got - padding;
}

enum err secret_unseal(const struct secret *secret, const char *serial, const char *sealed,
                       char *ret_plain, size_t size, struct why *why)
{
    uint8_t packed[SECRET_SEALED_SIZE], plain[SECRET_SEALED_SIZE];
    size_t len = unpack(sealed, packed);
    bool ok = len >= NONCE + TAG && len <= PACKED_MAX &&
              decrypt(secret, serial, packed, len - NONCE - TAG, plain);
    enum err e = OK;
    if (!ok)
        e = why_fail(why, ERR_CORRUPT, "secret_unreadable", "",
                     "a stored secret cannot be opened with this key: enter it anew");
    else if (!text_copy_len(ret_plain, size, (const char *)plain, len - NONCE - TAG))
        e = why_fail(why, ERR_TOO_BIG, "secret_too_long", "", "longer than expected");
    OPENSSL_cleanse(plain, sizeof plain);
    return e;
}

/* ---- tokens ---- */

static bool mac(const uint8_t key[KEY_BYTES], const void *bytes, size_t len, uint8_t *ret_mac)
{
    unsigned size = SECRET_MAC_SIZE;
    return HMAC(EVP_sha256(), key, KEY_BYTES, bytes, len, ret_mac, &size) &&
           size == SECRET_MAC_SIZE;
}

bool secret_mac(const struct secret *secret, const char *purpose, const void *bytes, size_t len,
                uint8_t ret_mac[SECRET_MAC_SIZE])
{
    uint8_t key[SECRET_MAC_SIZE];
    bool ok = mac(secret->key, purpose, strlen(purpose), key) && mac(key, bytes, len, ret_mac);
    OPENSSL_cleanse(key, sizeof key);
    return ok;
}
