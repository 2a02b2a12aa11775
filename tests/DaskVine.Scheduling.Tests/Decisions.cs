namespace DaskVine.Scheduling.Tests;

/// <summary>Numbers that decide what a random world does next; a shorter list is a shorter story.</summary>
internal sealed class Decisions(int[] numbers)
{
    private int _next;

    public bool IsOver => _next >= numbers.Length;

    /// <summary>A number from 0 to below a bound; 0 once there are no more.</summary>
    public int Below(int bound) => IsOver || bound <= 0 ? 0 : numbers[_next++] % bound;

    public bool OneIn(int count) => !IsOver && Below(count) == count - 1;

    public T? Of<T>(IReadOnlyCollection<T> items)
        where T : class => items.Count == 0 ? null : items.ElementAt(Below(items.Count));
}
