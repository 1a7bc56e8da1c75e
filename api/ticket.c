#include "api/ticket.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"

enum { SECRET_BYTES = 32, SECRET_SIZE = 45 };

void ticket_init(struct tickets *tickets)
{
    memset(tickets, 0, sizeof *tickets);
    pthread_mutex_init(&tickets->lock, NULL);
}

void ticket_clear(struct tickets *tickets)
{
    pthread_mutex_destroy(&tickets->lock);
}

void ticket_make(struct tickets *tickets, int64_t key, int64_t mono, char ret_ticket[TICKET_SIZE])
{
    uint8_t random[SECRET_BYTES];
    char secret[SECRET_SIZE];
    size_t place = 0;
    id_random(random, sizeof random);
    text_base64url(secret, random, sizeof random);
    snprintf(ret_ticket, TICKET_SIZE, "fe_%s", secret);
    pthread_mutex_lock(&tickets->lock);
    for (size_t i = 0; i < TICKET_MOST; i++)
        if (tickets->list[i].until < tickets->list[place].until)
            place = i;
    sha256_hex(ret_ticket, strlen(ret_ticket), tickets->list[place].hash);
    tickets->list[place].key = key;
    tickets->list[place].until = mono + TICKET_MS;
    pthread_mutex_unlock(&tickets->lock);
}

/* Looked up by its hash: timing tells nothing about one that is kept. */
bool ticket_take(struct tickets *tickets, const char *ticket, int64_t mono, int64_t *ret_key)
{
    char hash[SHA256_HEX_SIZE];
    bool found = false;
    sha256_hex(ticket, strlen(ticket), hash);
    pthread_mutex_lock(&tickets->lock);
    for (size_t i = 0; i < TICKET_MOST && !found; i++) {
        if (!tickets->list[i].until || strcmp(tickets->list[i].hash, hash) != 0)
            continue;
        found = tickets->list[i].until > mono;
        *ret_key = tickets->list[i].key;
        tickets->list[i].until = 0;
    }
    pthread_mutex_unlock(&tickets->lock);
    return found;
}
