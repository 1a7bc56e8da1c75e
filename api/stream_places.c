#include "api/stream_places.h"

#include <string.h>

#include "base/text.h"

void stream_places_init(struct stream_places *places)
{
    pthread_mutex_init(&places->lock, NULL);
}

void stream_places_clear(struct stream_places *places)
{
    pthread_mutex_destroy(&places->lock);
}

static int choose(const struct stream_places *places, int64_t key, const char *address)
{
    int own = 0, place = STREAM_PLACES_FULL;
    for (int i = LIMIT_STREAMS - 1; i >= 0; i--) {
        if (!places->list[i].taken)
            place = i;
        else
            own += key ? places->list[i].key == key
                       : !places->list[i].key && strcmp(places->list[i].address, address) == 0;
    }
    return own < LIMIT_CLIENT_STREAMS ? place : STREAM_PLACES_OWN;
}

int stream_places_take(struct stream_places *places, int64_t key, const char *address)
{
    pthread_mutex_lock(&places->lock);
    int place = choose(places, key, address);
    if (place >= 0) {
        places->list[place].taken = true;
        places->list[place].key = key;
        text_copy(places->list[place].address, STREAM_OWNER, address);
    }
    pthread_mutex_unlock(&places->lock);
    return place;
}

void stream_places_give(struct stream_places *places, int place)
{
    pthread_mutex_lock(&places->lock);
    places->list[place].taken = false;
    pthread_mutex_unlock(&places->lock);
}
